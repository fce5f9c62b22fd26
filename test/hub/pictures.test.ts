import { readdir } from 'node:fs/promises';
import { decode } from 'jpeg-js';
import { sql } from 'kysely';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import type { Database } from '../../src/hub/db/database.js';
import { PICTURE, pictureFrameOf, type PlaceView } from '../../src/hub/places/picture-frame.js';
import { PicturePainter } from '../../src/hub/places/picture-painter.js';
import { Pictures, timeFor } from '../../src/hub/places/pictures.js';
import type { PlaceText } from '../../src/hub/places/place.js';
import { Places } from '../../src/hub/places/places.js';
import { makePicture, type MakePictureOptions } from '../../src/zoom/make-picture.js';
import { useRenderedCache } from '../serve/support/server.js';
import { onEachDatabase, useEmbedded } from './support/database.js';
import { newcomer } from './support/people.js';

const WHOLE: PlaceText = {
  title: 'The whole set',
  text: '',
  links: [],
  re: '-0.75',
  im: '0',
  radius: '3',
  theme: 'Classic',
  tags: [],
};
const DEEPEST = 200;
const BYTES = new Uint8Array([1, 2, 3]);

/** Plans all that is not planned, as the painter does. */
async function planAll(pictures: Pictures): Promise<void> {
  for (const { place, view } of await pictures.unknown(50)) {
    const frame = pictureFrameOf(view);
    await pictures.plan(place, view, frame?.key ?? 'nothing', frame?.level ?? null);
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it has not come to pass');
}

describe('how a picture is made', () => {
  // A sample is half a pixel: the level is log2(12.5 / radius), rounded up.
  it.each<[string, Partial<PlaceView>, number | null]>([
    ['the whole set', {}, 3],
    ['a place at the edge of doubles', { radius: '1e-15' }, 54],
    ['the deepest that films are made of', { radius: '7.8e-60' }, 200],
    ['a height of 10^-1900', { radius: '1e-1900' }, 6316],
    ['a height of 10^-9999', { radius: '1e-9999' }, 33_220],
    ['2,000 digits', { re: `-0.${'7'.repeat(1990)}`, radius: '1e-10' }, 37],
    ['a height beyond the root', { radius: '17' }, null],
    ['a point beyond the root', { re: '1e9' }, null],
    ['an absurd point', { re: '1e999999999' }, null],
  ])('of %s', (_, change, level) => {
    const begun = performance.now();
    expect(pictureFrameOf({ ...WHOLE, ...change })?.level ?? null).toBe(level);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('follows from the view and the theme', () => {
    const key = (change: Partial<PlaceView>) => pictureFrameOf({ ...WHOLE, ...change })?.key;
    expect(key({})).toBe(key({ radius: '3.0' }));
    for (const change of [{ re: '-0.7' }, { im: '1e-9' }, { radius: '2' }, { theme: 'Galaxy' }])
      expect(key(change)).not.toBe(key({}));
  });

  it('gives more time to what was begun before, and never for ever', () => {
    const minutes = [0, 1, 2, 3, 4, 100].map((tries) => timeFor({ tries }) / 60_000);
    expect(minutes).toEqual([2, 4, 8, 16, 16, 16]);
  });
});

onEachDatabase((fresh) => {
  let db: Database;
  let another: () => Promise<Database>;
  let pictures: Pictures;
  let places: Places;
  let ann: number;

  beforeEach(async () => {
    ({ db, another } = await fresh());
    [pictures, places] = [new Pictures(db), new Places(db, DEEPEST)];
    ann = await newcomer(db);
  });
  const author = () => ({ id: ann, name: 'Ann', role: 'user' as const });
  const add = async (change: Partial<PlaceText> = {}): Promise<number> =>
    await places.add(ann, { ...WHOLE, ...change });
  const stateOf = async (id: number): Promise<string> => (await places.get(author(), id)).picture_state;
  /** Lets all pauses be over. */
  const later = async () =>
    await db
      .updateTable('picture')
      .set({ due: sql`now() - interval '1 second'` })
      .execute();

  it('are made by one hub at a time, those that were begun least often first', async () => {
    const [first, second] = [await add(), await add()];
    await Promise.all([planAll(pictures), planAll(new Pictures(await another()))]);
    const other = new Pictures(await another());
    expect(await pictures.claim(DEEPEST)).toMatchObject({ place: first, tries: 0 });
    expect(await other.claim(DEEPEST)).toMatchObject({ place: second, tries: 0 });
    expect(await other.claim(DEEPEST)).toBeNull();
    // Both hubs have died.
    await later();
    const third = await add();
    await planAll(pictures);
    expect(await pictures.claim(DEEPEST)).toMatchObject({ place: third, tries: 0 });
    const begun = await pictures.claim(DEEPEST);
    expect(begun).toMatchObject({ place: first, tries: 1 });
    await pictures.release(begun!);
    expect(await pictures.claim(DEEPEST)).toMatchObject({ tries: 1 });
  });

  it('are made of open places, and of none that is too deep or outside', async () => {
    const [deep, outside, hidden] = [
      await add({ radius: '1e-1900' }),
      await add({ re: '9' }),
      await add({ title: 'Hidden' }),
    ];
    expect(await stateOf(deep)).toBe('waiting');
    await planAll(pictures);
    await db.updateTable('place').set({ state: 'hidden' }).where('id', '=', hidden).execute();
    expect(await pictures.claim(DEEPEST)).toBeNull();
    expect(await Promise.all([deep, outside, hidden].map(stateOf))).toEqual(['deep', 'outside', 'waiting']);
    // Another hub may go deeper.
    expect(await pictures.claim(7000)).toMatchObject({ place: deep });
    expect(await pictures.unknown(50)).toEqual([]);
  });

  it('are kept until the view changes, and go with the place', async () => {
    const id = await add();
    await planAll(pictures);
    const task = await pictures.claim(DEEPEST);
    await pictures.keep(task!, BYTES);
    const kept = await pictures.read(id);
    expect([...kept!.bytes]).toEqual([...BYTES]);
    expect(await places.get(author(), id)).toMatchObject({ picture: kept!.digest, picture_state: 'ready' });
    await places.edit(author(), id, { ...WHOLE, title: 'Another title' });
    expect(await stateOf(id)).toBe('ready');
    await later();
    expect(await pictures.claim(DEEPEST)).toBeNull();

    await places.edit(author(), id, { ...WHOLE, theme: 'Galaxy' });
    expect(await pictures.read(id)).toBeNull();
    await planAll(pictures);
    // A hub that has begun before comes too late.
    await pictures.keep(task!, BYTES);
    expect(await stateOf(id)).toBe('waiting');
    expect((await pictures.claim(DEEPEST))?.view).toMatchObject({ theme: 'Galaxy', radius: '3' });
    await places.remove(author(), id);
    expect(await db.selectFrom('picture').selectAll().execute()).toEqual([]);
  });

  it('of places that are changed again and again wait behind the others', async () => {
    const busy = await add();
    for (let i = 1; i <= 5; i++) {
      await planAll(pictures);
      await places.edit(author(), busy, { ...WHOLE, radius: `${i}` });
    }
    const calm = await add();
    await planAll(pictures);
    expect(await pictures.claim(DEEPEST)).toMatchObject({ place: calm, tries: 0 });
    expect(await pictures.claim(DEEPEST)).toMatchObject({ place: busy, tries: 5, view: { radius: '5' } });
    expect(await pictures.claim(DEEPEST)).toBeNull();
    await places.edit(author(), busy, { ...WHOLE, re: '9' });
    expect(await stateOf(busy)).toBe('waiting');
    await planAll(pictures);
    expect(await stateOf(busy)).toBe('outside');
  });

  it('are not planned for a view that was changed meanwhile', async () => {
    const id = await add();
    const [{ view }] = await pictures.unknown(1);
    await places.edit(author(), id, { ...WHOLE, radius: '2' });
    await pictures.plan(id, view, 'old', 2);
    await pictures.plan(999_999, view, 'old', 2);
    expect(await db.selectFrom('picture').selectAll().execute()).toEqual([]);
  });
});

describe('the painter', () => {
  const fresh = useEmbedded();
  const caches = useRenderedCache();
  let db: Database;
  let places: Places;
  let ann: number;
  let layout: Layout;
  let logged: string[];
  let lacking: Set<string>;

  beforeEach(async () => {
    ({ db } = await fresh());
    places = new Places(db, DEEPEST);
    ann = await newcomer(db);
    layout = new Layout(await caches.copy(), 'png');
    logged = [];
    lacking = new Set();
  });
  const painterWith = (make: typeof makePicture): PicturePainter =>
    new PicturePainter({
      pictures: new Pictures(db),
      layout,
      maxLevel: DEEPEST,
      logger: pino({ level: 'info' }, { write: (line) => void logged.push(line) }),
      onLacking: (tiles) => tiles.forEach((tile) => lacking.add(tile)),
      make,
    });
  const pictureOf = async (id: number) => await new Pictures(db).read(id);

  it('paints what the tiles of the cache show, in the colours of the theme', async () => {
    const [classic, galaxy] = [
      await places.add(ann, WHOLE),
      await places.add(ann, { ...WHOLE, theme: 'Galaxy' }),
    ];
    const painter = painterWith(makePicture);
    painter.start();
    await until(async () => (await pictureOf(classic)) !== null && (await pictureOf(galaxy)) !== null);
    await painter.close();
    const [one, other] = [await pictureOf(classic), await pictureOf(galaxy)];
    expect(one!.digest).not.toBe(other!.digest);
    const jpeg = decode(one!.bytes);
    expect([jpeg.width, jpeg.height]).toEqual([PICTURE.width, PICTURE.height]);
    // The middle is inside, a corner outside, and it is symmetric to the real axis.
    const difference = (x: number, y: number, otherX: number, otherY: number): number =>
      Math.max(
        ...[0, 1, 2].map((i) =>
          Math.abs(
            jpeg.data[4 * (y * jpeg.width + x) + i] - jpeg.data[4 * (otherY * jpeg.width + otherX) + i],
          ),
        ),
      );
    expect(difference(300, 200, 5, 5)).toBeGreaterThan(50);
    for (const x of [150, 280, 301, 340]) expect(difference(x, 150, x, 249)).toBeLessThan(8);
    expect(logged.filter((line) => !line.includes('"level":30'))).toEqual([]);
  }, 60_000);

  it('goes on after its end with what it had begun, at once', async () => {
    const id = await places.add(ann, WHOLE);
    const begun: string[] = [];
    const never = async ({ request, signal }: MakePictureOptions): Promise<Uint8Array> => {
      begun.push(request.RADIUS);
      return await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    };
    const first = painterWith(never);
    first.start();
    await until(async () => await Promise.resolve(begun.length === 1));
    await first.close();
    expect(begun).toEqual(['3']);
    const second = painterWith(makePicture);
    second.start();
    await until(async () => (await pictureOf(id)) !== null);
    await second.close();
    expect(logged).toEqual([]);
  }, 60_000);

  it('tells which tiles it waits for, and asks for them', async () => {
    await places.add(ann, { ...WHOLE, re: '-0.7463', im: '0.1102', radius: '0.02' });
    const painter = painterWith(makePicture);
    painter.start();
    await until(async () => await Promise.resolve(lacking.size > 10));
    const marks = async (): Promise<string[]> => await readdir(layout.wantFolder);
    await until(async () => (await marks()).length > 0);
    // The cache is rendered to level 3.
    for (const tile of lacking) expect(tile.length).toBeGreaterThan(4);
    for (const tile of await marks()) expect(lacking).toContain(tile);
    await painter.close();
    // Nobody waits for them any more.
    expect(await marks()).toEqual([]);
    expect(logged).toEqual([]);
  }, 60_000);

  it('lets no picture hold up the others, whatever is wrong with it', async () => {
    const bad = await places.add(ann, WHOLE);
    const slow = await places.add(ann, { ...WHOLE, radius: '2.5' });
    const painter = painterWith(async (options) => {
      const { RADIUS } = options.request;
      if (RADIUS === '3') throw new Error('its tiles are damaged');
      if (RADIUS === '2.5')
        return await new Promise((_, reject) =>
          options.signal.addEventListener('abort', () => reject(options.signal.reason as Error)),
        );
      return new Uint8Array(3 * PICTURE.width * PICTURE.height);
    });
    painter.start();
    const good = await places.add(ann, { ...WHOLE, radius: '2' });
    painter.wake();
    await until(async () => (await pictureOf(good)) !== null);
    await painter.close();
    expect(await pictureOf(bad)).toBeNull();
    expect(await pictureOf(slow)).toBeNull();
    expect(logged.join()).toContain('the picture of a place could not be made; trying again later');
    expect(logged.join()).toContain('its tiles are damaged');
  });
});
