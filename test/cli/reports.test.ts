import { appendFile, cp, mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemon } from '../e2e/support/mandeld.js';
import { foreignStatus } from '../cache/support/scene.js';
import { temporaryFolder } from '../cache/support/folder.js';
import { filesOf } from '../support/essence.js';
import { mandeld } from './support/command-line.js';

let folder = '';
let cache = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mandeld-reports-'));
  cache = join(folder, 'c');
  expect((await mandeld('init', cache)).code).toBe(0);
  const { code } = await daemon(cache, 'a', '--max-level', '3', '--until-idle').ended;
  expect(code).toBe(0);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** A copy of the cache, to be damaged. */
async function copy(): Promise<string> {
  const root = join(await temporaryFolder(), 'c');
  await cp(cache, root, { recursive: true });
  return root;
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const end = await mandeld(...args, '--json');
  expect(end).toMatchObject({ code: 0, err: '' });
  expect(end.out).toMatch(/^[^\n]*\n$/);
  return JSON.parse(end.out) as Record<string, unknown>;
}

describe('status', () => {
  it('counts tiles by state and level', async () => {
    const status = await json('status', cache);
    expect(status).toMatchObject({
      settings: { format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 },
      totals: { todo: 6, working: 0, done: 6, boring: 13 },
      levels: [
        { level: 0, todo: 0, working: 0, done: 1, boring: 0 },
        { level: 1, todo: 0, working: 0, done: 2, boring: 2 },
        { level: 2, todo: 0, working: 0, done: 3, boring: 5 },
        { level: 3, todo: 6, working: 0, done: 0, boring: 6 },
      ],
      deepestLevel: 3,
      oldestTodo: { address: expect.stringMatching(/^M[0-3]{3}$/) as string, isCertain: true },
      clients: [],
    });
    expect(status['freeBytes']).toBeGreaterThan(0);
    expect(status['totalBytes']).toBeGreaterThan(Number(status['freeBytes']));
    const words = await mandeld('status', cache);
    expect(words.out).toMatch(/\nall +6 +0 +6 +13\n\nNo client works here\.\n$/);
    expect((await readdir(join(cache, 'work'))).length).toBe(0);
  });

  it('tells who works, and who has fallen silent', async () => {
    const root = await copy();
    await mkdir(join(root, 'work', 'b', 'todo'), { recursive: true });
    await writeFile(
      join(root, 'work', 'b', 'status.json'),
      JSON.stringify({ ...foreignStatus('b'), rate: 2.5 }),
    );
    const [tile] = await readdir(join(root, 'todo'));
    await rename(join(root, 'todo', tile), join(root, 'work', 'b', 'todo', tile));
    const status = await json('status', root);
    expect(status).toMatchObject({
      totals: { todo: 5, working: 1 },
      clients: [{ name: 'b', alive: true, host: 'elsewhere', tilesPerSecond: 2.5, holding: 1 }],
    });
    const unknown = {
      made: null,
      tilesPerSecond5m: null,
      current: null,
      lockWait: null,
      errors: null,
      lastError: null,
    };
    expect(status['clients']).toMatchObject([unknown]);
    expect((await mandeld('status', root)).out).toContain('2.5 tiles/s together');
  });
});

describe('check', () => {
  it('of a sound cache says so, code 0', async () => {
    expect(await json('check', cache)).toEqual({ ok: true, problems: [] });
    expect((await mandeld('check', cache)).out).toMatch(/\nThe cache is sound\.\n$/);
  });

  it('of a damaged one tells what and what to do, code 1', async () => {
    const root = await copy();
    await truncate(join(root, 'done', 'M.raw'), 9);
    await appendFile(join(root, 'boring.txt'), 'M2 0\n');
    const end = await mandeld('check', root, '--json');
    expect(end).toMatchObject({ code: 1, err: '' });
    const report = JSON.parse(end.out) as { ok: boolean; problems: Record<string, string>[] };
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ address, kind }) => `${address} ${kind}`)).toEqual([
      'M2 boring line',
      'M damaged raw',
    ]);
    for (const { remedy, found } of report.problems)
      expect([typeof remedy, typeof found]).toEqual(['string', 'string']);
    const words = await mandeld('check', root);
    expect(words.code).toBe(1);
    expect(words.out).toMatch(/\nM: damaged raw: .*Remedy: .*\n2 problems found; --repair mends them\.\n$/);
  });
});

describe('area', () => {
  it('bounds the area of the set, about 1.5066', async () => {
    const { lower, upper, ...more } = await json('area', cache);
    expect(more).toEqual({});
    expect(lower).toBeLessThan(1.5065918849);
    expect(upper).toBeGreaterThan(1.5065918849);
    expect(Number(upper) - Number(lower)).toBeLessThan(1);
    expect((await mandeld('area', cache)).out).toMatch(/^[\d.]+ <= area <= [\d.]+ \(/);
  });

  it('concludes nothing from a damaged tile, and counts none twice', async () => {
    const sound = await json('area', cache);
    const root = await copy();
    const [tile, second] = await readdir(join(root, 'todo'));
    await mkdir(join(root, 'work', 'b', 'todo'), { recursive: true });
    await cp(join(root, 'todo', tile), join(root, 'work', 'b', 'todo', tile));
    expect(await json('area', root)).toEqual(sound);
    await truncate(join(root, 'todo', second), 100);
    const damaged = await json('area', root);
    expect(Number(damaged['upper'])).toBeGreaterThan(Number(sound['upper']));
    expect(Number(damaged['lower'])).toBeLessThanOrEqual(Number(sound['lower']));
  });
});

describe('inspect', () => {
  it('describes a tile wherever it is', async () => {
    const done = await json('inspect', cache, 'M0');
    expect(done).toMatchObject({
      address: 'M0',
      state: 'done: subdivided',
      place: { level: 1, re: '-4', im: '0', side: '4', spacing: '0.015625' },
      contents: { dummies: 258, unresolved: 1 },
    });
    const contents = done['contents'] as Record<string, number>;
    expect(contents['exterior'] + contents['interior'] + contents['unresolved'] + contents['dummies']).toBe(
      257 * 257,
    );
    expect(await json('inspect', cache, 'M2')).toMatchObject({ state: 'boring: exterior', contents: null });
    expect(await json('inspect', cache, 'M2031')).toMatchObject({ state: 'boring within M2: exterior' });
    const [tile] = await readdir(join(cache, 'todo'));
    expect(await json('inspect', cache, tile.slice(0, -4))).toMatchObject({
      state: 'todo: waiting to be subdivided',
    });
    expect(await json('inspect', cache, `${tile.slice(0, -4)}0`)).toMatchObject({
      state: 'not reached yet',
      contents: null,
    });
    const deep = await json('inspect', cache, `M2${'1'.repeat(300)}`);
    expect((deep['place'] as Record<string, string>)['spacing']).toMatch(/^0\.0{80,}/);
  });

  it('describes a file', async () => {
    const report = await json('inspect', join(cache, 'done', 'M1.raw'));
    expect(report).toMatchObject({ address: 'M1', place: { re: '0', level: 1 } });
    expect((await mandeld('inspect', join(cache, 'done', 'M1.raw'))).out).toContain('samples ');
  });

  it('knows a tile that a client holds, and one below it', async () => {
    const root = join(await temporaryFolder(), 'c');
    await mandeld('init', root);
    await mkdir(join(root, 'work', 'b', 'todo'), { recursive: true });
    await rename(join(root, 'todo', 'M.raw'), join(root, 'work', 'b', 'todo', 'M.raw'));
    expect(await json('inspect', root, 'M')).toMatchObject({ state: 'claimed by b' });
    expect(await json('inspect', root, 'M0')).toMatchObject({ state: 'not reached yet' });
  });

  it.each(['M4', 'm0', '', 'M0/../../x', '0', 'M\n', `M${'0'.repeat(100_001)}`])(
    'does not take %j for an address',
    async (address) => {
      const end = await mandeld('inspect', cache, address);
      expect(end).toMatchObject({ code: 2, out: '' });
      expect(end.err).toMatch(/^mandeld: [^\n]{1,300}\n$/);
    },
  );

  it('changes nothing', async () => {
    const before = await filesOf(cache);
    await mandeld('inspect', cache, 'M0');
    expect(await filesOf(cache)).toEqual(before);
  });
});
