import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boringAncestor, readBoring } from '../../src/cache/boring-file.js';
import { BoringTail } from '../../src/cache/boring-tail.js';
import type { Address } from '../../src/tile/address.js';
import { temporaryFolder } from './support/folder.js';

const M = (digits: string): Address => `M${digits}` as Address;

describe('the tail of boring.txt', () => {
  it('knows what a reader of the whole file knows, however the file grew', async () => {
    const path = join(await temporaryFolder(), 'boring.txt');
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '2', '3'), maxLength: 6 });
    const line = digits.map((text) => `M${text} 3\n`);
    const piece = fc.oneof(
      line,
      line,
      fc.constantFrom('M01', ' 7\n', '#\n', 'x\n', '\n', 'M0 -1\n', `M${'0'.repeat(9000)} 0\n`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 8 }),
        digits,
        async (steps, asked) => {
          await rm(path, { force: true });
          const tail = new BoringTail(path);
          for (const step of steps) {
            await appendFile(path, step.join(''));
            await tail.refresh();
            const { tiles } = await readBoring(path);
            expect(tail.size).toBe(tiles.size);
            expect(tail.ancestorOf(M(asked)) !== null).toBe(boringAncestor(tiles, M(asked)) !== null);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('begins again when the file was written anew, is shorter, or is gone', async () => {
    const path = join(await temporaryFolder(), 'boring.txt');
    const tail = new BoringTail(path);
    await tail.refresh();
    expect(tail.size).toBe(0);
    await writeFile(path, 'M0 0\nM1 3\nM2');
    await tail.refresh();
    expect(tail.ancestorOf(M('123'))).toEqual({ address: 'M1', period: 3 });
    expect(tail.size).toBe(2);
    await writeFile(`${path}.new`, 'M0 0\nM3 0\nM2 0\nM33 1\n');
    await rename(`${path}.new`, path);
    await tail.refresh();
    expect([tail.ancestorOf(M('1')), tail.ancestorOf(M('3'))?.period, tail.size]).toEqual([null, 0, 4]);
    await writeFile(path, 'M1 1\n');
    await tail.refresh();
    expect([tail.ancestorOf(M('1'))?.period, tail.size]).toEqual([1, 1]);
    await rm(path);
    await tail.refresh();
    expect(tail.size).toBe(0);
  });
});
