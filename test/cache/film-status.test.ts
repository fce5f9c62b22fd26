import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFilmStatus, seeFilms, writeFilmStatus } from '../../src/cache/film-status.js';
import type { FilmStatus } from '../../src/cache/film-status.js';
import { Layout, parseKey, type Key } from '../../src/cache/layout.js';

const SOUND: FilmStatus = {
  leader: 'zoom-1 on host42',
  format: 'mp4',
  theme: 'Galaxy',
  size: '64x36',
  fps: 20,
  seconds: 3.5,
  frames: 128,
  done: 3,
  cached: 4,
  computed: 5,
  missing: 6,
  frame: parseKey('f'.repeat(64)),
};

let layout: Layout;
beforeEach(async () => {
  layout = new Layout(await mkdtemp(join(tmpdir(), 'mandeld-film-status-')), 'png');
  await mkdir(layout.movieFolder);
});
afterEach(async () => await rm(layout.root, { recursive: true }));

function key(number: number): Key {
  return parseKey(number.toString(16).padStart(64, '0'));
}

/** @param age seconds */
async function age(of: Key, seconds: number): Promise<void> {
  const then = (Date.now() - 1000 * seconds) / 1000;
  await utimes(layout.movieStatus(of), then, then);
}

it('tells of films, and which leaders are gone', async () => {
  expect(await seeFilms(layout, Date.now())).toEqual([]);
  for (const [i, seconds] of [1, 19, 21, 100_000].entries()) {
    await writeFilmStatus(layout, key(i), { ...SOUND, done: i });
    await age(key(i), seconds);
  }
  const seen = await seeFilms(layout, Date.now());
  expect(seen.map(({ alive }) => alive)).toEqual([true, true, false, false]);
  expect(seen[0]).toMatchObject({ ...SOUND, key: key(0), done: 0 });
  expect(seen[2].age).toBeCloseTo(21, 0);
});

it('trusts nothing that is in the folder', async () => {
  const wrong: unknown[] = [
    null,
    1,
    [],
    {},
    { ...SOUND, leader: 'a\nb' },
    { ...SOUND, leader: 'x'.repeat(301) },
    { ...SOUND, theme: 5 },
    { ...SOUND, frames: '128' },
    { ...SOUND, done: -1 },
    { ...SOUND, missing: null },
    { ...SOUND, frame: '../../../etc/passwd' },
    { ...SOUND, frame: undefined },
  ];
  for (const [i, value] of wrong.entries()) {
    await writeFile(layout.movieStatus(key(i)), JSON.stringify(value));
    expect(await readFilmStatus(layout, key(i)), JSON.stringify(value)).toBeNull();
  }
  await writeFile(layout.movieStatus(key(50)), 'x'.repeat(1_000_000));
  await writeFile(layout.movieStatus(key(51)), '{"leader":');
  await mkdir(layout.movieStatus(key(52)));
  await writeFile(join(layout.root, 'elsewhere'), JSON.stringify(SOUND));
  await symlink(join(layout.root, 'elsewhere'), layout.movieStatus(key(53)));
  await writeFile(join(layout.movieFolder, 'x.json'), JSON.stringify(SOUND));
  expect(await seeFilms(layout, Date.now())).toEqual([]);

  await writeFilmStatus(layout, key(60), SOUND);
  expect(await seeFilms(layout, Date.now())).toHaveLength(1);
  await rename(layout.movieFolder, join(layout.root, 'moved'));
  await symlink(join(layout.root, 'moved'), layout.movieFolder);
  expect(await seeFilms(layout, Date.now())).toEqual([]);
});

it('tells of so many at the most, the youngest', async () => {
  for (let i = 0; i < 40; i++) {
    await writeFilmStatus(layout, key(i), SOUND);
    await age(key(i), 1000 - i);
  }
  expect(await readdir(layout.movieFolder)).toHaveLength(40);
  const seen = await seeFilms(layout, Date.now());
  expect(seen.map((film) => film.key)).toEqual(Array.from({ length: 32 }, (_, i) => key(i + 8)));
});
