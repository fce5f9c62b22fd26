import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBoring } from '../../src/cache/boring-file.js';
import { parseBoringLine } from '../../src/tile/boring-line.js';
import { temporaryFolder } from '../cache/support/folder.js';
import { casesOf } from './support/cases.js';

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'boring.txt');
  await writeFile(path, content);
  return path;
}

/** Bytes that a boring.txt could be made of by somebody who means ill: lines, near lines, and anything. */
const piece = fc.oneof(
  fc.constantFrom(
    'M2 0\n',
    'M012 13\n',
    'M2 0',
    '\n',
    '#\n',
    '\r\n',
    'M1 1\r',
    ' ',
    '\0',
    '\u2028M3 0\n',
    '\xff',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.integer({ min: 0, max: 9000 }).map((length) => `M${'3'.repeat(length)} 0\n`),
);

describe('a hostile boring.txt', () => {
  it('of any bytes has the lines that a plain reading has, and never fails', async () => {
    const path = await fileOf('');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        await writeFile(path, bytes);
        const { tiles, invalid } = await readBoring(path);
        const lines = bytes.toString('latin1').split('\n').slice(0, -1);
        const expected = new Map<string, number>();
        for (const tile of lines.map(parseBoringLine)) {
          if (tile === null || tile.address.length > 8190 || expected.has(tile.address)) continue;
          expected.set(tile.address, tile.period);
        }
        expect(tiles).toEqual(expected);
        for (const { line, text } of invalid) expect(lines[line - 1].startsWith(text)).toBe(true);
      }),
      { numRuns: casesOf('boring.txt'), endOnFailure: true },
    );
  });

  it('of one line of 3 GB is read in bounded memory', async () => {
    const path = await fileOf('M2 0\n');
    await truncate(path, 3e9);
    const file = await open(path, 'a');
    await file.write('\nM3 0\n');
    await file.close();
    const before = process.memoryUsage().rss;
    const { tiles, invalid } = await readBoring(path).catch((error: unknown) => {
      // Larger than anything that is read.
      expect(error).toMatchObject({ code: 'EFBIG' });
      return { tiles: new Map(), invalid: [] };
    });
    expect(tiles.size + invalid.length).toBeLessThan(4);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('of one line of 100 MB loses this line only, in bounded memory', async () => {
    const path = await fileOf('M2 0\n');
    await truncate(path, 100e6);
    const file = await open(path, 'a');
    await file.write('\nM3 0\n');
    await file.close();
    const before = process.memoryUsage().rss;
    const { tiles, invalid } = await readBoring(path);
    expect([...tiles.keys()]).toEqual(['M2', 'M3']);
    expect(invalid.map(({ line }) => line)).toEqual([2]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('of a million empty lines, or of one line a million times, is told of in a few words', async () => {
    const empty = await readBoring(await fileOf('\n'.repeat(1e6)));
    expect(empty.tiles.size).toBe(0);
    expect(empty.invalid.length).toBeLessThan(10_001);
    const same = await readBoring(await fileOf('M2 0\n'.repeat(1e6)));
    expect(same.tiles.size).toBe(1);
    expect(same.duplicates.length).toBeLessThan(10_001);
  });

  it('of long addresses of one length is read in a time that does not grow with their square', async () => {
    const digits = '0'.repeat(20_000);
    const lines = Array.from({ length: 4000 }, (_, i) => `M${digits}${(4096 + i).toString(4)} 0\n`);
    const path = await fileOf(lines.join(''));
    const start = performance.now();
    await readBoring(path);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
