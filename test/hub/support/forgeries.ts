import type { Address } from '../../../src/tile/address.js';
import { SIDE } from '../../../src/tile/grid.js';
import { decodeRaw, encodeRaw } from '../../../src/tile/raw.js';
import type { Samples } from '../../../src/tile/samples.js';
import { decodeResult, encodeResult, type ResultChild } from '../../../src/wire/result-codec.js';
import { seededRandom } from '../../support/random.js';

/** False results, made of the right ones. */

/** Changes the samples of the first child that is no boring one; null when all are. */
export function retouched(upload: Uint8Array, change: (samples: Samples) => void): Uint8Array | null {
  const children = decodeResult(upload);
  const at = children.findIndex((child) => 'raw' in child);
  const child = children[at];
  if (child === undefined || !('raw' in child)) return null;
  const samples = decodeRaw(child.raw);
  change(samples);
  return encodeResult(children.map((one, i): ResultChild => (i === at ? { raw: encodeRaw(samples) } : one)));
}

/** Archives that are random bytes. */
export function noise(upload: Uint8Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return encodeResult(
    decodeResult(upload).map((child) =>
      'raw' in child ? { raw: Uint8Array.from(child.raw, () => random.below(256)) } : { boring: 7 },
    ),
  );
}

/**
 * One sample is another one, always the same for the same tile: one that the parent does not determine, where only chance finds it. Null when
 * there is nothing to change.
 */
export function subtlyWrong(upload: Uint8Array, address: Address): Uint8Array | null {
  const random = seededRandom(
    Array.from(address).reduce((sum, digit) => sum * 5 + Number(digit === 'M' ? 4 : digit), 1),
  );
  return retouched(upload, ({ period, log2Distance }) => {
    // Odd columns and rows, and none of an edge.
    for (let tries = 0; tries < 10_000; tries++) {
      const i = (1 + 2 * random.below((SIDE - 1) / 2)) * SIDE + 1 + 2 * random.below((SIDE - 1) / 2);
      if (log2Distance[i] <= -32_768 || log2Distance[i] >= 300) continue;
      log2Distance[i] += 1;
      period[i] += period[i] > 1 ? 1 : 0;
      return;
    }
    period[SIDE + 1] += 1;
  });
}
