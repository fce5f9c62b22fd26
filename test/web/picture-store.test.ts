import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PictureStore } from '../../src/web/picture-store.js';
import { FakeServer, pictureOf, sent, settle } from './support/fake-server.js';

const always = (): boolean => true;
let server: FakeServer;
let troubles: boolean[];
let store: PictureStore;
let now = 0;

beforeEach(() => {
  server = new FakeServer();
  troubles = [];
  now = 1000;
  vi.stubGlobal('fetch', server.fetch);
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  store = new PictureStore('http://host/c/tile/', '.png', (isOffline) => troubles.push(isOffline));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Asks for a picture and gives the answer. */
async function ask(name: string, responseTo: (name: string) => Response | null): Promise<Uint8Array | null> {
  const answer = store.fetch(name, 0, always);
  await server.answerAll(responseTo);
  return await answer;
}

const notFound = (): Response => new Response('no', { status: 404 });

describe('pictures that are there', () => {
  it('are fetched once, however many ask, and remembered', async () => {
    const all = Promise.all([0, 3, 1].map((urgency) => store.fetch('M', urgency, always)));
    await server.answerAll((name) => sent(pictureOf(name)));
    for (const bytes of await all) expect(bytes).toEqual(pictureOf('M'));
    expect(await store.fetch('M', 0, always)).toEqual(pictureOf('M'));
    expect(server.asked).toEqual(['M']);
    expect(store.at('M')).toEqual(pictureOf('M'));
  });

  it('come ten at a time, the most urgent first', async () => {
    const answers = Array.from({ length: 60 }, (_, i) => store.fetch(`M${'0'.repeat(i)}`, 60 - i, always));
    await settle();
    expect(server.waiting).toHaveLength(10);
    await server.answerAll((name) => sent(pictureOf(name)));
    await Promise.all(answers);
    expect(server.most).toBe(10);
    const later = server.asked.slice(10).map((name) => name.length);
    expect(later).toEqual(later.toSorted((a, b) => b - a));
    expect(later).toHaveLength(50);
  });

  it('are asked for sooner when somebody needs them more', async () => {
    const busy = Array.from({ length: 10 }, (_, i) => store.fetch(`P${i}`, 0, always));
    const rest = [store.fetch('M0', 5, always), store.fetch('M1', 9, always), store.fetch('M1', 1, always)];
    await server.answerAll((name) => sent(pictureOf(name)));
    await Promise.all([...busy, ...rest]);
    expect(server.asked.slice(10)).toEqual(['M1', 'M0']);
  });

  it('are not fetched when nobody wants them any more', async () => {
    const busy = Array.from({ length: 10 }, (_, i) => store.fetch(`P${i}`, 0, always));
    let isWanted = true;
    const left = store.fetch('M0', 5, () => isWanted);
    const one = store.fetch('M1', 5, () => isWanted);
    const other = store.fetch('M1', 5, always);
    isWanted = false;
    await server.answerAll((name) => sent(pictureOf(name)));
    expect(await left).toBeNull();
    expect(await one).toEqual(pictureOf('M1')); // another one wants it
    await Promise.all([...busy, other]);
    expect(server.asked).not.toContain('M0');
    // It was not missing: whoever wants it gets it.
    expect(store.isMissing('M0')).toBe(false);
    expect(await ask('M0', (name) => sent(pictureOf(name)))).toEqual(pictureOf('M0'));
  });

  it('are six hundred at the most', async () => {
    for (let i = 0; i < 700; i++) await ask(`P${i}`, () => sent(pictureOf('P')));
    expect([store.at('P0'), store.at('P99')]).toEqual([null, null]);
    expect(store.at('P100')).not.toBeNull();
  }, 30_000);
});

describe('pictures that are missing', () => {
  const blank = pictureOf('blank');
  const page = (): Response =>
    new Response('<!doctype html>not here', { headers: { 'content-type': 'text/html' } });
  const missing: [string, () => Response | null][] = [
    ['not found', notFound],
    ['a failure of the server', () => new Response('', { status: 500 })],
    ['a page', page],
    ['an empty file', () => new Response('')],
    ['half a picture', () => sent(blank.subarray(0, 700))],
    ['a blank picture', () => sent(blank)],
  ];
  it.each(missing)('are told by %s', async (what, response) => {
    if (what === 'a blank picture') server.probe = () => sent(blank);
    expect(await ask('M01', response)).toBeNull();
    expect(store.isMissing('M01')).toBe(true);
    expect(troubles).toEqual([]);
  });

  it('are told from those that look alike, by one probe', async () => {
    server.probe = () => sent(blank);
    for (const name of ['M0', 'M1', 'M2'])
      expect(await ask(name, () => sent(pictureOf(name)))).not.toBeNull();
    expect(await ask('M3', () => sent(blank))).toBeNull();
    expect(server.probes).toBe(1);
  });

  it('are told although the first probe found nobody', async () => {
    server.probe = () => {
      throw new TypeError('Failed to fetch');
    };
    expect(await ask('M0', () => sent(pictureOf('M0')))).not.toBeNull();
    server.probe = () => sent(blank);
    expect(await ask('M1', () => sent(blank))).toBeNull();
  });

  it('are asked for again after ever longer pauses, and not before', async () => {
    const times: number[] = [];
    for (; now < 1000 + 3_600_000; now += 500) {
      const before = server.asked.length;
      await ask('M2', notFound);
      if (server.asked.length > before) times.push(now);
    }
    const pauses = times.slice(1).map((time, at) => time - times[at]);
    expect(pauses.slice(0, 7)).toEqual([4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000]);
    for (const pause of pauses.slice(7)) expect(pause).toBe(300_000);
    expect(await ask('M2', () => sent(pictureOf('M2')))).toBeNull();
    store.expect('M2');
    expect(await ask('M2', () => sent(pictureOf('M2')))).toEqual(pictureOf('M2'));
  });
});

describe('a server that cannot be reached', () => {
  it('is told of once, and once more when it is there again', async () => {
    for (const name of ['M0', 'M1', 'M2']) expect(await ask(name, () => null)).toBeNull();
    expect(troubles).toEqual([true]);
    expect(await ask('M3', notFound)).toBeNull();
    expect(troubles).toEqual([true, false]);
  });

  it('is tried again after ever longer pauses, and all at once when it is back', async () => {
    let count = 0;
    for (; now < 120_000; now += 1000) {
      await ask('M0', () => null);
      await ask('M1', () => null);
    }
    count = server.asked.length;
    expect(count).toBeLessThan(14);
    expect(store.isMissing('M0')).toBe(true);
    expect(await ask('M2', () => sent(pictureOf('M2')))).not.toBeNull();
    expect(store.isMissing('M0')).toBe(false);
    expect(await ask('M0', () => sent(pictureOf('M0')))).not.toBeNull();
  });

  it('may cut a picture in the middle', async () => {
    const cut = new ReadableStream({
      start: (controller) => controller.enqueue(pictureOf('M0').subarray(0, 400)),
      pull: (controller) => controller.error(new TypeError('network error')),
    });
    expect(await ask('M0', () => new Response(cut))).toBeNull();
    expect(troubles).toEqual([true]);
  });
});

describe('JPEGs', () => {
  it('are pictures where the cache has them', async () => {
    const jpegs = new PictureStore('http://host/c/tile/', '.jpg', () => undefined);
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0);
    const good = jpegs.fetch('M', 0, always);
    await server.answerAll(() => sent(jpeg));
    expect(await good).toEqual(jpeg);
    const page = jpegs.fetch('M0', 0, always);
    await server.answerAll(() => new Response('<html>'));
    expect(await page).toBeNull();
  });
});
