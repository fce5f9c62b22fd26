import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemon } from '../e2e/support/mandeld.js';
import { mandeld } from './support/command-line.js';

let folder = '';
let cache = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mandeld-want-'));
  cache = join(folder, 'c');
  expect((await mandeld('init', cache)).code).toBe(0);
  expect((await daemon(cache, 'a', '--max-level', '2', '--until-idle').ended).code).toBe(0);
});

afterAll(async () => await rm(folder, { recursive: true, force: true }));

describe('want', () => {
  it('asks for tiles, and says what is there or boring', async () => {
    const { code, out, err } = await mandeld('want', cache, 'M', 'M30', 'M01', 'M0123', 'M0123', 'M01230');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      'M is there already\nM30 is boring: exterior\nM01 is there already\nM0123 is asked for\nM01230 is asked for\n',
    );
    expect((await readdir(join(cache, 'want'))).toSorted()).toEqual(['M0123', 'M01230']);
    expect((await mandeld('want', cache, 'M0123')).out).toBe('M0123 was asked for\n');
    const json = await mandeld('want', cache, 'M0123', 'M2', '--json');
    expect(JSON.parse(json.out)).toEqual([
      { address: 'M0123', state: 'was asked for' },
      { address: 'M2', state: 'boring', period: 0 },
    ]);
    const status = await mandeld('status', cache);
    expect(status.out).toContain('2 tiles are asked for out of turn.');
    expect((await mandeld('inspect', cache, 'M0123')).out).toContain('asked for');
  });

  it('asks for the tiles that show a view, mirrored from below the axis', async () => {
    const view = ['--re', '-1.7598171308048478', '--radius', '2e-14'];
    const below = await mandeld('want', cache, ...view, '--im', '-0.0125933107997497');
    expect(below).toMatchObject({ code: 0, err: '' });
    const lines = below.out.trim().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^M[0-3]{48} is asked for$/);
    const above = await mandeld('want', cache, ...view, '--im', '0.0125933107997497');
    expect(above.out.replaceAll('was', 'is')).toBe(below.out);
  });

  it.each([
    [[], 'expected addresses such as M0213, or --re, --im and --radius'],
    [['M4'], 'expected a tile address'],
    [['../M'], 'expected a tile address'],
    [['M0', '--re', '1'], 'expected --re, --im and --radius together'],
    [['--re', '1', '--im', '1', '--radius', '0'], 'expected --radius above 0'],
    [['--re', '1', '--im', '1', '--radius', '-1'], 'expected --radius above 0'],
    [['--re', '1', '--im', 'NaN', '--radius', '1'], 'expected --im as a decimal number'],
    [['--re', '1', '--im', '1', '--radius', '1e-999999'], 'expected --radius with an exponent from'],
    [['--re', '1', '--im', '1', '--radius', '1e-9000'], 'expected tiles down to level 20000'],
    [['--re', '1', '--im', '1', '--radius', '1e-1300'], 'the paths of deeper ones are too long'],
    [['--re', '1', '--im', '1', '--radius', '1e-39000'], 'expected a square of level 100000 at the most'],
    [['--re', '9', '--im', '1', '--radius', '1'], 'expected a view that meets the root tile'],
    [[`M${'0'.repeat(30)}`, '--max-depth', '20'], '--max-depth 30 allows it'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await mandeld('want', cache, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});
