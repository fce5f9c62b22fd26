import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cache/support/folder.js';
import { mandeld } from './support/command-line.js';

const DEEP = ['--re', '-1.7598171308048479', '--im', '-0.0125933107997497', '--radius', '2e-14'];

describe('render', () => {
  it.each([
    ['in doubles', ['--re', '-0.75', '--im', '0.1', '--radius', '0.02'], null],
    ['deep', DEEP, { steps: 252, isNucleus: true }],
  ])('makes a picture %s', async (_what, view, reference) => {
    const file = join(await temporaryFolder(), 'a.png');
    const size = ['--width', '60', '--height', '40'];
    const { code, out, err } = await mandeld('render', ...view, ...size, '-o', file, '--json');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ pixels: 2400, unresolved: 0, reference });
    const { width, height, data } = PNG.sync.read(await readFile(file));
    expect([width, height]).toEqual([60, 40]);
    const colours = new Set(Array.from({ length: 2400 }, (_, i) => data.readUInt32BE(4 * i)));
    expect(colours.size).toBeGreaterThan(10);
  });

  it('gives the same bytes with any number of threads', async () => {
    const folder = await temporaryFolder();
    const files = ['1', '3'].map((workers) => join(folder, `${workers}.png`));
    for (const [i, file] of files.entries()) {
      await mandeld(
        'render',
        ...DEEP,
        '--width',
        '90',
        '--height',
        '90',
        '--workers',
        i === 0 ? '1' : '3',
        '-o',
        file,
      );
    }
    expect(await readFile(files[1])).toEqual(await readFile(files[0]));
  });

  it.each([
    ['a radius of 0', ['--re', '0', '--im', '0', '--radius', '0'], /--radius above 0/],
    ['a negative radius', ['--re', '0', '--im', '0', '--radius', '-1'], /--radius above 0/],
    ['a radius that is no number', ['--re', '0', '--im', '0', '--radius', 'NaN'], /--radius as a decimal/],
    ['a huge radius', ['--re', '0', '--im', '0', '--radius', '1e9'], /--radius of at most 16/],
    ['a million digits', ['--re', `0.${'1'.repeat(1e6)}`, '--im', '0', '--radius', '1'], /--re as a decimal/],
    ['an absurd exponent', ['--re', '1e-99999', '--im', '0', '--radius', '1'], /exponent/],
    ['a place outside the root tile', ['--re', '5', '--im', '0', '--radius', '1'], /--re from -4 to 4/],
    ['a depth beyond the limit', ['--re', '0', '--im', '0', '--radius', '1e-7000'], /--max-depth/],
    ['a width of 0', [...DEEP, '--width', '0'], /--width/],
    ['a picture that is too large', [...DEEP, '--width', '65536', '--height', '65536'], /pixels/],
  ])('refuses %s', async (_what, options, message) => {
    const folder = await temporaryFolder();
    const { code, err } = await mandeld('render', ...options, '-o', join(folder, 'a.png'));
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.length).toBeLessThan(400);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a file that is neither PNG nor JPEG, and one that cannot be written', async () => {
    expect((await mandeld('render', ...DEEP, '-o', 'a.gif')).err).toMatch(/\.png or \.jpg/);
    const nowhere = join(await temporaryFolder(), 'no', 'where.png');
    const { code, err } = await mandeld('render', ...DEEP, '--width', '8', '--height', '8', '-o', nowhere);
    expect(code).toBe(3);
    expect(err).toMatch(/ENOENT/);
  });
});
