import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SIDE } from '../../src/tile/grid.js';
import { decodeRaw, encodeRaw } from '../../src/tile/raw.js';
import { RawFile } from '../../src/web/raw-file.js';
import { zipBomb } from '../e2e/support/archives.js';
import { buildArchive } from '../support/archive.js';
import { seededRandom } from '../support/random.js';
import { patchyTile } from '../support/tiles.js';

const bytes = encodeRaw(patchyTile(8));

async function expectSamples(file: Uint8Array): Promise<void> {
  const read = await RawFile.read(file);
  const { period, log2Distance } = decodeRaw(bytes);
  let wrong = 0;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const sample = read?.at(column, row);
      const at = row * SIDE + column;
      if (sample?.period !== period[at] || sample.log2Distance !== log2Distance[at] / 256) wrong++;
    }
  }
  expect(wrong).toBe(0);
}

describe('a .raw file in a browser', () => {
  it('has the samples that the daemon’s own reader finds', async () => {
    await expectSamples(bytes);
    const within = new Uint8Array(bytes.length + 9);
    within.set(bytes, 5);
    await expectSamples(within.subarray(5, 5 + bytes.length));
  });

  it('is read when it is stored without compression', async () => {
    const { period, log2Distance } = decodeRaw(bytes);
    const array = (data: Uint8Array): Uint8Array => Buffer.concat([new Uint8Array(128), data]);
    const entries = [
      { name: 'period.npy', content: array(new Uint8Array(period.buffer)), method: 0 },
      { name: 'log2_distance.npy', content: array(new Uint8Array(log2Distance.buffer)), method: 0 },
    ];
    await expectSamples(buildArchive({ entries }));
  });

  it('is none when a byte of the archive’s entries has changed, or any of its end is missing', async () => {
    const random = seededRandom(21);
    // What stands behind the two entries, the directory, is not looked at.
    const end = new TextDecoder('latin1').decode(bytes).indexOf('PK\x01\x02');
    let read = 0;
    for (let i = 0; i < 150; i++) {
      const damaged = Uint8Array.from(bytes);
      const at = 30 + random.below(end - 30);
      damaged[at] ^= 1 << random.below(8);
      if ((await RawFile.read(damaged)) !== null) read++;
    }
    // Names and the padding of a header are what may differ.
    expect(read).toBeLessThan(5);
    for (let i = 0; i < 100; i++) expect(await RawFile.read(bytes.subarray(0, random.below(end)))).toBeNull();
  });

  it('is none when it is anything else', async () => {
    const texts = ['', 'PK', 'PK\x03\x04', '<!doctype html>'.padEnd(2000), 'PK\x03\x04'.padEnd(5000, '\xff')];
    for (const text of texts) expect(await RawFile.read(Buffer.from(text, 'latin1'))).toBeNull();
    expect(await RawFile.read(new Uint8Array(600_000))).toBeNull();
    const small = { name: 'period.npy', content: new Uint8Array(200) };
    expect(await RawFile.read(buildArchive({ entries: [small, small] }))).toBeNull();
  });

  it('does not inflate a bomb', async () => {
    const bomb = zipBomb();
    expect(bomb.length).toBeLessThan(512 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    const began = performance.now();
    expect(await RawFile.read(bomb)).toBeNull();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  });

  it('ends with data that ends too early', async () => {
    const cut = deflateRawSync(new Uint8Array(264_324)).subarray(0, 20);
    const entries = [{ name: 'period.npy', content: new Uint8Array(264_324), data: cut }];
    expect(await RawFile.read(buildArchive({ entries }))).toBeNull();
  });
});
