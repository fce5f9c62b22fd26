import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectTidy, useCaches } from './support/caches.js';
import { daemon, run, start, type Mandeld } from './support/mandeld.js';

const caches = useCaches();

/** A film of few pixels, in which bytes can be compared: frames as lines of JSON. */
const REQUEST = {
  START: ['-0.7463', '0.1102'],
  ZOOM: '32x',
  NUM_FRAMES: 12,
  FPS: 12,
  SIZE: '160x96',
  THEME: 'Nebula',
  FORMAT: 'frames',
};

/** Writes a request beside a cache. */
async function put(root: string, more: object = {}): Promise<string> {
  const path = `${root}.request`;
  await writeFile(path, JSON.stringify({ ...REQUEST, ...more }));
  return path;
}

/** The program's events. */
function events(out: string): { event: string; [key: string]: unknown }[] {
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: string });
}

/** Makes a film in one process and returns its bytes and the last progress. */
async function film(
  root: string,
  more: object = {},
  ...args: string[]
): Promise<{ bytes: string; last: unknown }> {
  const out = `${root}.film`;
  const end = await run(
    'zoom',
    await put(root, more),
    '--cache',
    root,
    '-o',
    out,
    '--json',
    '--workers',
    '2',
    ...args,
  );
  expect(end.err).toBe('');
  expect(end.code).toBe(0);
  return { bytes: await readFile(out, 'utf8'), last: events(end.out).at(-1)?.['progress'] };
}

/** Waits until a film has so many frames. */
async function hasFrames(zoom: Mandeld, count: number): Promise<void> {
  const end = performance.now() + 60_000;
  while (
    !events(zoom.out.slice(0, zoom.out.lastIndexOf('\n') + 1)).some(({ done }) => Number(done) >= count)
  ) {
    if (performance.now() > end)
      throw new Error(`waited in vain for ${count} frames: ${zoom.out} ${zoom.err}`);
    await delay(20);
  }
}

describe('a film', () => {
  it('has the same bytes whoever makes its tiles, and however often they are killed', async () => {
    const alone = await caches.fresh();
    const { bytes } = await film(alone);
    expect(bytes.split('\n')).toHaveLength(REQUEST.NUM_FRAMES + 1);
    await expectTidy(alone);

    const shared = await caches.fresh();
    const only = ['--only-wants'];
    const victim = daemon(shared, 'a', ...only);
    daemon(shared, 'b', ...only);
    const zoom = start([
      'zoom',
      await put(shared),
      '--cache',
      shared,
      '-o',
      `${shared}.film`,
      '--json',
      '--no-local',
    ]);
    await victim.logs('started');
    // Until it has made something that is merged.
    for (const end = performance.now() + 60_000; ; await delay(10)) {
      const { clients } = JSON.parse((await run('status', shared, '--json')).out) as {
        clients: { client: string; made?: number; tiles?: number; rate?: number }[];
      };
      if (clients.length >= 2 && (await readdir(join(shared, 'tile'))).length > 8) break;
      if (performance.now() > end) throw new Error('waited in vain for tiles of two daemons');
    }
    await victim.kill('SIGKILL');
    daemon(shared, 'c', ...only);
    const { code, err } = await zoom.ended;
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(await readFile(`${shared}.film`, 'utf8')).toBe(bytes);
  });

  it('is there at once when it was made before, and its frames when only they were', async () => {
    const root = await caches.fresh();
    const { bytes } = await film(root);
    const again = await film(root);
    expect(again).toEqual({ bytes, last: null });
    for (const name of await readdir(join(root, 'movie'))) {
      if (name.endsWith('.frames')) await rm(join(root, 'movie', name));
    }
    const painted = await film(root, {}, '--no-local');
    expect(painted.bytes).toBe(bytes);
    expect(painted.last).toMatchObject({ stored: REQUEST.NUM_FRAMES, computed: 0, missing: 0 });
    // In other colours the tiles are the same.
    const other = await film(root, { THEME: 'Ink' }, '--no-local');
    expect(other.bytes).not.toBe(bytes);
    expect(other.last).toMatchObject({ stored: 0, computed: 0 });
  });

  it('that goes deeper needs only the tiles of the new octaves', async () => {
    const root = await caches.fresh();
    const shallow = await film(root);
    const deep = await film(root, { ZOOM: '1024x', NUM_FRAMES: 23 });
    const scratch = await film(await caches.fresh(), { ZOOM: '1024x', NUM_FRAMES: 23 });
    expect(deep.bytes).toBe(scratch.bytes);
    const computed = (last: unknown): number => (last as { computed: number }).computed;
    expect(computed(deep.last)).toBeLessThanOrEqual(computed(scratch.last) - computed(shallow.last) + 4);
  });

  it('goes on where a killed leader has stopped', async () => {
    const root = await caches.fresh();
    const args = ['zoom', await put(root), '--cache', root, '-o', `${root}.film`, '--json', '--workers', '2'];
    const first = start(args);
    await hasFrames(first, 3);
    await first.kill('SIGKILL');
    expect(
      (await readdir(join(root, '..'))).filter((name) => name.endsWith('.film') && name.includes(root)),
    ).toEqual([]);
    const end = await run(...args);
    expect(end.code).toBe(0);
    expect(events(end.out).at(-1)?.['progress']).toMatchObject({ done: 12 });
    const { bytes } = await film(await caches.fresh());
    expect(await readFile(`${root}.film`, 'utf8')).toBe(bytes);
  });

  it('leaves nothing half when it is interrupted', async () => {
    const root = await caches.fresh();
    const zoom = start([
      'zoom',
      await put(root, { NUM_FRAMES: 200 }),
      '--cache',
      root,
      '-o',
      `${root}.film`,
      '--json',
    ]);
    await hasFrames(zoom, 2);
    const { code, err } = await zoom.kill('SIGINT');
    expect(code).toBe(130);
    expect(err).toContain('goes on from there');
    expect((await readdir(join(root, 'movie'))).filter((name) => name !== 'frame')).toEqual([]);
    await expectTidy(root);
  });

  it('replaces a folder of frames, and one with anything else in it is refused before a tile is computed', async () => {
    const root = await caches.fresh();
    const out = `${root}.pictures`;
    const make = async (cache: string, frames: number): ReturnType<typeof run> =>
      await run(
        'zoom',
        await put(cache, { FORMAT: 'png', NUM_FRAMES: frames, ZOOM: '2x' }),
        '--cache',
        cache,
        '-o',
        out,
      );
    for (const frames of [3, 2]) {
      expect(await make(root, frames)).toMatchObject({ code: 0, err: '' });
      expect(await readdir(out)).toHaveLength(frames);
    }
    await writeFile(join(out, 'letters.txt'), 'dear');
    const untouched = await caches.fresh();
    const tiles = await readdir(join(untouched, 'tile'));
    for (const cache of [root, untouched]) {
      const { code, err } = await make(cache, 3);
      expect(code).toBe(3);
      expect(err).toContain('letters.txt');
      expect(err).toContain('EEXISTS');
    }
    expect(await readFile(join(out, 'letters.txt'), 'utf8')).toBe('dear');
    expect(await readdir(out)).toHaveLength(3);
    expect(await readdir(join(untouched, 'tile'))).toEqual(tiles);
    expect((await readdir(join(root, '..'))).filter((name) => name.startsWith('.'))).toEqual([]);
    await rm(out, { recursive: true });
  });

  it.each([
    ['{START: [0], FPS: -1}', 2, ['START', 'ZOOM: missing', 'NUM_FRAMES: missing', 'FPS']],
    ['{START: [99, 0], ZOOM: 2, NUM_FRAMES: 2, FPS: 2}', 2, ['START.0: expected a number from -8 to 8']],
    ['{START: [0, 0], ZOOM: "2^19000", NUM_FRAMES: 2, FPS: 2}', 2, ['ZOOM: expected a film down to level']],
    ['no request', 2, ['expected a request in JSON or JSON5']],
  ])('of %s is refused with all that is wrong', async (text, expected, faults) => {
    const root = await caches.fresh();
    await writeFile(`${root}.request`, text);
    const { code, err } = await run('zoom', `${root}.request`, '--cache', root, '-o', `${root}.film`);
    expect(code).toBe(expected);
    for (const fault of faults) expect(err).toContain(fault);
  });
});
