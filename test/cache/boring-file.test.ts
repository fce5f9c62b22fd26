import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendBoring, readBoring } from '../../src/cache/boring-file.js';
import { parseAddress, QUADRANTS, type Address } from '../../src/tile/address.js';
import { formatBoringLine, type BoringTile } from '../../src/tile/boring-line.js';
import { temporaryFolder } from './support/folder.js';
import { tiles } from './support/scene.js';

const tile = (address: string, period: number): BoringTile => ({ address: parseAddress(address), period });
const FIRST = [tile('M2', 0), tile('M012', 13)];
const LATER = [tile('M03', 1), tile('M0211', 2147483647)];

async function newFile(): Promise<string> {
  return join(await temporaryFolder(), 'boring.txt');
}

function periods(...lists: (readonly BoringTile[])[]): Map<Address, number> {
  return new Map(lists.flat().map(({ address, period }) => [address, period]));
}

describe('boring.txt', () => {
  it('grows by whole lines', async () => {
    const path = await newFile();
    await appendBoring(path, FIRST);
    await appendBoring(path, []);
    await appendBoring(path, LATER);
    expect(await readFile(path, 'utf8')).toBe('M2 0\nM012 13\nM03 1\nM0211 2147483647\n');
    expect(await readBoring(path)).toEqual({ tiles: periods(FIRST, LATER), invalid: [], duplicates: [] });
  });

  it('is empty when it is missing, and nothing makes it by reading or by appending nothing', async () => {
    const path = await newFile();
    await appendBoring(path, []);
    expect(await readBoring(path)).toEqual({ tiles: new Map(), invalid: [], duplicates: [] });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('torn at any byte of its last line says nothing false, and nothing else is lost', async () => {
    const path = await newFile();
    const sound = FIRST.map(formatBoringLine).join('');
    // Every beginning of this line is an address, or a line but for its newline: M0, M02, ..., "M0211 2", "M0211 21", ...
    const last = formatBoringLine(LATER[1]);
    for (let length = 0; length < last.length; length++) {
      await writeFile(path, sound + last.slice(0, length));
      const torn = await readBoring(path);
      expect(torn.tiles, `${length} bytes`).toEqual(periods(FIRST));
      expect(torn.invalid).toEqual([]);
      await appendBoring(path, [LATER[0]]);
      await appendBoring(path, [LATER[1]]);
      const mended = await readBoring(path);
      expect(mended.tiles, `${length} bytes`).toEqual(periods(FIRST, LATER));
      expect(mended.duplicates).toEqual([]);
      // The torn line still stands there, marked, and is no news to anybody.
      expect(mended.invalid, `${length} bytes`).toEqual([]);
      const marks = (await readFile(path, 'utf8')).match(/#$/gm) ?? [];
      expect(marks).toHaveLength(length === 0 ? 0 : 1);
    }
  });

  it('torn in its first and only line says nothing', async () => {
    const path = await newFile();
    for (const text of ['M', 'M2', 'M2 ', 'M2 0', 'x'.repeat(10_000)]) {
      await writeFile(path, text);
      expect((await readBoring(path)).tiles.size, text).toBe(0);
      await appendBoring(path, FIRST);
      expect((await readBoring(path)).tiles, text).toEqual(periods(FIRST));
    }
  });

  it('with NUL bytes, as some file systems leave them, loses only the lines they hit', async () => {
    const path = await newFile();
    await writeFile(path, `M2 0\n${'\0'.repeat(9)}M012 13\nM03 1\n${'\0'.repeat(5000)}`);
    const before = await readBoring(path);
    expect(before.tiles).toEqual(new Map([[tiles('M2')[0], 0], [tiles('M03')[0], 1]])); // prettier-ignore
    expect(before.invalid.map(({ line }) => line)).toEqual([2]);
    await appendBoring(path, [LATER[1]]);
    expect((await readBoring(path)).tiles.get(LATER[1].address)).toBe(2147483647);
  });

  it.each([
    'M2',
    'M2 ',
    'M2  0',
    ' M2 0',
    'M2 0 ',
    'M2 -1',
    'M2 01',
    'M2 1.0',
    'M2 1e3',
    'M2 2147483648',
    'M4 0',
    'm2 0',
    'N2 0',
    '2 0',
    '# M2 0',
    'M2 0#',
    'M2\t0',
    `M${'0'.repeat(100_001)} 0`,
  ])('takes no line such as %j', async (line) => {
    const path = await newFile();
    await writeFile(path, `M1 1\n${line}\nM3 3\n`);
    const { tiles: read, invalid } = await readBoring(path);
    expect([...read]).toEqual([
      ['M1', 1],
      ['M3', 3],
    ]);
    const isMarked = line.endsWith('#');
    expect(invalid).toEqual(isMarked ? [] : [{ line: 2, text: line.slice(0, 80) }]);
  });

  it('tells what stands there twice and keeps the first', async () => {
    const path = await newFile();
    await writeFile(path, 'M2 0\nM1 1\nM2 5\nM1 1\n');
    const { tiles: read, duplicates } = await readBoring(path);
    expect([...read]).toEqual([
      ['M2', 0],
      ['M1', 1],
    ]);
    expect(duplicates).toEqual(['M2', 'M1']);
  });

  it('of 100,000 lines is read and appended to in a moment', async () => {
    const path = await newFile();
    const lines: string[] = [];
    const grow = (address: string): void => {
      if (lines.length >= 100_000) return;
      if (address.length === 9) return void lines.push(`${address} ${lines.length % 7}\n`);
      for (const quadrant of QUADRANTS) grow(address + quadrant);
    };
    for (const top of ['M00', 'M01', 'M02', 'M03', 'M10', 'M11', 'M12', 'M13']) grow(top);
    while (lines.length < 100_000) lines.push(`M2${lines.length.toString(4)} 0\n`);
    await appendFile(path, lines.join(''));
    const start = performance.now();
    await appendBoring(path, [tile('M3', 0)]);
    expect(performance.now() - start).toBeLessThan(500);
    const { tiles: read, invalid } = await readBoring(path);
    expect(read.size).toBe(100_001);
    expect(invalid).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('that vanishes between two reads is an empty file, not the end of the process', async () => {
    const path = await newFile();
    await appendBoring(path, FIRST);
    const { rm } = await import('node:fs/promises');
    // Read and removed at the same time, often enough that the file is met in every state.
    for (let i = 0; i < 40; i++) {
      await appendBoring(path, FIRST);
      const reading = readBoring(path);
      for (let turn = 0; turn < i % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
      await rm(path);
      expect([0, 2]).toContain((await reading).tiles.size);
    }
  });
});
