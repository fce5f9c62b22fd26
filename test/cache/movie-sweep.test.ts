import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { writeFilmStatus } from '../../src/cache/film-status.js';
import { Layout, parseKey, type Key } from '../../src/cache/layout.js';
import { sweepMovies } from '../../src/cache/movie-sweep.js';
import { temporaryFolder } from './support/folder.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

let layout: Layout;
beforeEach(async () => {
  layout = new Layout(await temporaryFolder(), 'png');
  await mkdir(layout.frameFolder, { recursive: true });
});

/** A name whose first half tells it from others, so that 50 of its letters do. */
function key(number: number): Key {
  return parseKey(number.toString(16).padStart(8, '0').repeat(8));
}

/** @param age seconds */
async function makeOlder(path: string, age: number): Promise<void> {
  const then = Date.now() / 1000 - age;
  await utimes(path, then, then);
}

/** A leader has told of its film. */
async function tell(film: Key, age: number, seconds = 0): Promise<void> {
  const rest = {
    size: '64x36',
    fps: 20,
    frames: 9,
    done: 3,
    cached: 4,
    computed: 5,
    missing: 6,
    frame: null,
  };
  await writeFilmStatus(layout, film, { leader: 'a', format: 'mp4', theme: 'Ink', seconds, ...rest });
  await makeOlder(layout.movieStatus(film), age);
}

/** The place where a film is made. */
async function makePlace(film: Key, age: number): Promise<string> {
  const path = join(layout.movieFolder, `.${film.slice(0, 50)}-x7Gh2k`);
  await mkdir(path);
  await writeFile(join(path, 'film'), 'half of it');
  await makeOlder(path, age);
  return basename(path);
}

async function keep(number: number, age: number): Promise<void> {
  await writeFile(layout.frame(key(number)), 'x'.repeat(100));
  await makeOlder(layout.frame(key(number)), age);
}

async function framesLeft(): Promise<number[]> {
  const names = (await readdir(layout.frameFolder)).filter((name) => !name.startsWith('.'));
  return names.map((name) => Number.parseInt(name.slice(0, 8), 16)).toSorted((a, b) => a - b);
}

const none = (): ReadonlySet<Key> => new Set();

it('removes what killed leaders have left a day ago, and nothing of films under way', async () => {
  await tell(key(0), 0);
  await tell(key(1), HOUR);
  await tell(key(2), 2 * DAY);
  const kept = [
    await makePlace(key(0), 2 * DAY), // waits for tiles
    await makePlace(key(1), 2 * DAY),
    await makePlace(key(3), DAY - HOUR),
  ];
  await makePlace(key(2), 2 * DAY);
  await makePlace(key(4), DAY + HOUR);
  const uuid = '0b0d3f5a-7a2b-4e0e-9b5e-0123456789ab';
  for (const folder of [layout.movieFolder, layout.frameFolder]) {
    const old = [`.${uuid}.tmp`, '.nfs0123456789', 'letter.txt', `${key(7)}.mp4`];
    for (const name of old) {
      await writeFile(join(folder, name), '');
      await makeOlder(join(folder, name), 9 * DAY);
    }
    await writeFile(join(folder, `.${uuid.replace('0', '1')}.tmp`), '');
  }
  const letters = join(layout.root, 'letters');
  await mkdir(letters);
  await writeFile(join(letters, 'letter.txt'), 'dear');
  await mkdir(join(layout.movieFolder, `.${'9'.repeat(50)}-abcdef`));
  await symlink(letters, join(layout.movieFolder, `.${'9'.repeat(50)}-abcdef`, 'film'));
  await makeOlder(join(layout.movieFolder, `.${'9'.repeat(50)}-abcdef`), 2 * DAY);

  await sweepMovies(layout, key(0), none);
  const names = ['.nfs0123456789', 'letter.txt', `${key(7)}.mp4`, `.${uuid.replace('0', '1')}.tmp`];
  expect((await readdir(layout.frameFolder)).toSorted()).toEqual(names.toSorted());
  expect((await readdir(layout.movieFolder)).toSorted()).toEqual(
    [...names, ...kept, 'frame', `${key(0)}.json`, `${key(1)}.json`].toSorted(),
  );
  expect(await readdir(letters)).toEqual(['letter.txt']);
});

it('removes the oldest frames of many, and none while there is room', async () => {
  await tell(key(0), 0);
  for (let i = 1; i <= 10; i++) await keep(i, i * DAY);
  await sweepMovies(layout, key(0), none, 1000);
  expect(await framesLeft()).toHaveLength(10);
  // 900 bytes are too many, and three quarters of them stay.
  await sweepMovies(layout, key(0), none, 900);
  expect(await framesLeft()).toEqual([1, 2, 3, 4, 5, 6]);
});

it('keeps the frames of films under way, however many', async () => {
  await tell(key(0), 0);
  await tell(key(1), HOUR, 1.5 * HOUR); // begun two and a half hours ago
  for (let i = 1; i <= 10; i++) await keep(i, i * HOUR);
  const own = new Set([key(9), key(5)]);
  await sweepMovies(layout, key(0), () => own, 100);
  expect(await framesLeft()).toEqual([1, 2, 5, 9]);
});

it('does nothing without the film server’s time, nor when it need not know the film’s own frames', async () => {
  await keep(1, 9 * DAY);
  await sweepMovies(layout, key(0), none, 1);
  expect(await framesLeft()).toEqual([1]);
  await tell(key(0), 0);
  await sweepMovies(layout, key(0), () => {
    throw new Error('not asked for');
  });
  expect(await framesLeft()).toEqual([1]);
});
