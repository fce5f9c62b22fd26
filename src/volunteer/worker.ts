import { bestKernel, deepSampler } from '../daemon/kernel.js';
import { subdivideAll, type Parent, type Subdivision } from '../subdivide/subdivide.js';
import { childOf, QUADRANTS, type Address } from '../tile/address.js';
import { FormatError } from '../tile/format-error.js';
import { decodeRaw, encodeRaw } from '../tile/raw.js';
import { encodeResult, type ResultChild } from '../wire/result-codec.js';
import type { TileJob, TileOutcome } from './job.js';

/** The worker thread: bytes in, bytes out; it touches neither the disk nor the network. */
export default function perform(job: TileJob): TileOutcome[] {
  const read = job.map(({ address, raw }) => readParent(address, raw));
  const parents = read.filter((one) => 'samples' in one);
  const sampler = deepSampler();
  const subdivisions = subdivideAll(parents, bestKernel(), sampler);
  // Nobody here stores references; the list of what could be stored would only grow.
  sampler.takeMade();
  return read.map((one) =>
    'samples' in one
      ? { kind: 'computed', result: encodeChildren(one.address, subdivisions[parents.indexOf(one)]) }
      : one,
  );
}

function readParent(address: Address, raw: Uint8Array): Parent | TileOutcome {
  try {
    return { address, samples: decodeRaw(raw) };
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'damaged', reason: error.message };
    throw error;
  }
}

/** A tile's upload. */
function encodeChildren(address: Address, { interesting, boring }: Subdivision): Uint8Array {
  const children = QUADRANTS.map((quadrant): ResultChild => {
    const child = childOf(address, quadrant);
    const found = interesting.find((one) => one.address === child);
    if (found) return { raw: encodeRaw(found.samples) };
    const period = boring.find((one) => one.address === child)?.period;
    if (period === undefined) throw new Error(`expected a verdict on ${child}, got none`);
    return { boring: period };
  });
  return encodeResult(children);
}
