import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Layout } from '../../../src/cache/layout.js';
import type { JudgeAnswer } from '../../../src/hub/judge-job.js';
import perform from '../../../src/hub/judge-worker.js';
import { childOf, parseAddress, type Address } from '../../../src/tile/address.js';
import { SIDE } from '../../../src/tile/grid.js';
import { decodeRaw, encodeRaw } from '../../../src/tile/raw.js';
import type { Samples } from '../../../src/tile/samples.js';
import { decodeResult, encodeResult } from '../../../src/wire/result-codec.js';
import { buildArchive } from '../../support/archive.js';
import { readEntries } from '../support/archive-entries.js';
import { noise, retouched, subtlyWrong } from '../support/forgeries.js';
import { Truth } from '../support/truth.js';

const LEVEL = 4;
/** At the edge of the set. */
const TILE = parseAddress('M010');
let folder = '';
let truth: Truth;
let right: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
  truth = await Truth.open(join(folder, 'truth'), LEVEL);
  right = (await truth.upload(TILE))!;
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function examine(body: Uint8Array, spots: number, root = truth.root): Promise<JudgeAnswer> {
  const common = { root, theme: 'Classic', image: 'png', client: 'hub', address: TILE } as const;
  return await perform({ ...common, kind: 'examine', body, spots });
}

/** An upload with one sample of its first raw child changed. */
function withSample(column: number, row: number, change: (samples: Samples, i: number) => void): Uint8Array {
  return retouched(right, (samples) => change(samples, row * SIDE + column))!;
}

const otherDistance = ({ log2Distance }: Samples, i: number): void => void (log2Distance[i] += 1);
const otherPeriod = ({ period }: Samples, i: number): void => void (period[i] += 1);

describe('the cheap checks', () => {
  it('find nothing wrong with what is right', async () => {
    expect(await examine(right, 48)).toMatchObject({ kind: 'examined', flaw: null, misfit: null });
  });

  it.each([
    ['random bytes', () => noise(right, 1), /expected/],
    ['nothing', () => new Uint8Array(0), /expected a line of JSON/],
    ['another tile', async () => (await truth.upload(parseAddress('M011')))!, /expected period/],
    ['a sample of the parent’s quarter', () => withSample(10, 20, otherDistance), /expected period/],
    ['a period of the parent’s quarter', () => withSample(10, 20, otherPeriod), /expected period/],
    ['an inner edge', () => withSample(SIDE - 1, 21, otherDistance), /expected period/],
    ['a boring one', () => encodeResult([...decodeResult(right).slice(0, 3), { boring: 1 }]), /boring/],
  ] as const)('find %s without computing any sample', async (_name, forge, flaw) => {
    expect(await examine(await forge(), 0)).toMatchObject({
      kind: 'examined',
      flaw: expect.stringMatching(flaw) as string,
    });
  });

  it('find another archive of the same samples', async () => {
    const children = decodeResult(right);
    const other = children.map((child) =>
      'raw' in child ? { raw: buildArchive({ entries: readEntries(child.raw) }) } : child,
    );
    const [first] = other;
    expect('raw' in first && decodeRaw(first.raw)).toBeTruthy();
    expect(await examine(encodeResult(other), 0)).toMatchObject({
      flaw: expect.stringContaining('the archive that mandeld writes') as string,
    });
  });

  it('find a sample that the parent does not determine when it is computed anew', async () => {
    const body = subtlyWrong(right, TILE)!;
    expect(await examine(body, 0)).toMatchObject({ flaw: null });
    expect(await examine(body, SIDE * SIDE * 4)).toMatchObject({
      flaw: expect.stringContaining('computed anew') as string,
    });
  });

  it('blame nobody when a neighbour does not fit', async () => {
    const root = join(folder, 'false-neighbour');
    await cp(truth.root, root, { recursive: true });
    const neighbour: Address = childOf(parseAddress('M011'), 0);
    const layout = new Layout(root, 'png');
    const samples = decodeRaw((await truth.raw(neighbour))!);
    // Its west edge is the east edge of one of the tile's children.
    samples.log2Distance[31 * SIDE] += 1;
    await writeFile(layout.todo(neighbour), encodeRaw(samples));
    expect(await examine(right, 48, root)).toMatchObject({ flaw: null, misfit: neighbour });
  });
});
