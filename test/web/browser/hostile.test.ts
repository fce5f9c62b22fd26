import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { DESKTOP } from '../../support/chromium.js';
import { describeMap, expectNoErrors, useMaps, type MapPage } from './support/map.js';
import { colours, difference } from './support/pictures.js';

const maps = useMaps();
const LEVEL_3 = '?x=-1&y=0&r=1.5625';

/** Messages of the browser about connections that a test cuts. */
function expectOnlyFailedLoads(map: MapPage): void {
  expect(map.errors.filter((text) => !/net::|Failed to (fetch|load)/.test(text))).toEqual([]);
}

describeMap('an address that is none', () => {
  it.each(
    [
      ['?x=foo', 'x'],
      ['?r=0', 'r'],
      ['?r=-1', 'r'],
      ['?y=1e999999', 'y'],
      [`?x=0.${'1'.repeat(12_000)}`, 'x'],
      ['?x=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', 'x'],
      ['?x=%FF%00&y=%', 'x'],
    ].map(([query, name]) => ({ query, name, shown: query.slice(0, 24) })),
  )('$shown gets the whole set, and a word about it', async ({ query, name }) => {
    const map = await maps.open(maps.server.url + query);
    await map.settled();
    const message = await map.message();
    expect(message).toContain(`expected ${name}`);
    expect(message.length).toBeLessThan(300);
    expect(colours(await map.picture())).toBeGreaterThan(50);
    expect(await map.page.locator('#message img').count()).toBe(0);
    expect((await map.place()).r).toBe('1.35');
    expectNoErrors(map);
  });

  it('of a million digits that has come in by the history is refused at once', async () => {
    const map = await maps.open(`${maps.server.url}${LEVEL_3}`);
    await map.settled();
    const took = await map.page.evaluate(async () => {
      history.pushState(null, '', `?x=0.${'1'.repeat(1_000_000)}&y=0&r=1`);
      history.pushState(null, '', '?x=0&y=0&r=1');
      const began = performance.now();
      history.back();
      await new Promise((resolve) => addEventListener('popstate', resolve));
      await new Promise(requestAnimationFrame);
      return performance.now() - began;
    });
    expect(took).toBeLessThan(5000); // most of it is the browser's own
    expect(await map.message()).toContain('expected x');
  });

  it.each([
    ['level 20,000', `?x=-0.75&y=0.1&r=1e-6019`],
    ['as many digits as are taken', `?x=-0.${'7'.repeat(7000)}&y=0.1&r=1e-6000`],
    ['deeper than that', '?x=0.25&y=0.5&r=1e-39999'],
    ['wider than the root', '?x=0.25&y=0.5&r=1e300'],
    ['outside', '?x=1e5&y=-1e5&r=1e-3'],
  ])('%s gets the nearest view, and few requests', async (_, query) => {
    const map = await maps.open(maps.server.url + query);
    await map.page.waitForTimeout(3000);
    await map.resting();
    const asked = map.requests.length;
    expect(asked).toBeLessThan(300);
    await map.page.keyboard.press('-');
    await map.resting();
    await map.page.waitForTimeout(1000);
    expect(map.requests.length - asked).toBeLessThan(300);
    expect(await map.page.locator('#where').innerText()).toContain('level');
    expectNoErrors(map);
  });
});

describeMap('far beyond what is there', () => {
  it('shows an ancestor, and asks less and less', async () => {
    const queries = ['?x=-0.7500001&y=0.01&r=1e-17', '?x=0&y=1&r=1e-900'];
    const all = await Promise.all(queries.map(async (query) => await maps.open(maps.server.url + query)));
    await all[0].page.waitForTimeout(3000);
    const before = all.map(({ tiles }) => tiles.length);
    for (const count of before) expect(count).toBeLessThan(200);
    await all[0].page.waitForTimeout(10_000);
    for (const [at, map] of all.entries()) {
      expect(await map.page.locator('.layer').last().locator('td[data-state]').count()).toBeGreaterThan(20);
      // Once or twice each: after 4 and after 12 seconds.
      const { tiles } = map;
      expect(tiles.length - before[at]).toBeLessThan(2.2 * new Set(tiles).size);
      const counts = new Map<string, number>();
      for (const path of tiles) counts.set(path, (counts.get(path) ?? 0) + 1);
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(3);
      expectNoErrors(map);
    }
  });
});

describeMap('boring.txt', () => {
  const garbage = (text: string): string =>
    text
      .split('\n')
      .map((line, at) => (at % 7 === 3 ? `${line}\n<html>\nM4 1\nM0\0\n${'x'.repeat(500)}` : line))
      .join('\n');

  it.each([
    ['has garbage between its lines', garbage, 1],
    ['is torn in the middle of a line', (text: string) => text.slice(0, text.length / 2 - 3), 0],
    ['is empty', () => '', 0],
    ['is a page', () => '<!doctype html>'.repeat(1000), 0],
  ])('%s, and the map is the same', async (_, spoil, isWhole) => {
    const complete = await maps.open(maps.server.url + LEVEL_3);
    await complete.settled();
    const { server, cache } = await maps.copy();
    const text = await readFile(join(cache, 'boring.txt'), 'utf8');
    server.manners.instead.set('/boring.txt', spoil(text));
    const map = await maps.open(server.url + LEVEL_3);
    await map.resting();
    if (isWhole === 1) await map.settled();
    await map.page.waitForTimeout(1000);
    // A boring cell without its line is an enlarged part of its ancestor: one colour too.
    expect(difference(await map.picture(), await complete.picture(), 60)).toBeLessThan(0.01);
    if (isWhole === 1) {
      const lines = await map.page.evaluate(() => Number(document.body.dataset['boring']));
      expect(lines).toBe(text.trim().split('\n').length);
    }
    expectNoErrors(map);
  });

  it('is read on from where it ended, with ranges and without', async () => {
    await Promise.all([true, false].map(async (ranges) => await readOn(ranges)));
  });

  async function readOn(ranges: boolean): Promise<void> {
    const { server, cache } = await maps.copy();
    const text = await readFile(join(cache, 'boring.txt'), 'utf8');
    const half = text.indexOf('\n', text.length / 2) + 4; // in the middle of a line
    server.manners.ranges = ranges;
    server.manners.instead.set('/boring.txt', text.slice(0, half));
    const map = await maps.open(server.url + LEVEL_3);
    const known = async (count: number): Promise<unknown> =>
      await map.page.waitForFunction((n) => Number(document.body.dataset['boring']) === n, count, {
        timeout: 40_000,
      });
    await known(text.slice(0, half).split('\n').length - 1);
    server.manners.instead.delete('/boring.txt');
    await known(text.split('\n').length - 1);
    const asked = server.asked.filter(({ path }) => path === '/boring.txt');
    expect(asked[0].range).toBeNull();
    expect(asked[1].range).toBe(`bytes=${half - 1}-`);
    expect(asked.length).toBeLessThan(4);
    // Another file in its place, which is shorter.
    server.manners.instead.set('/boring.txt', 'M3 0\n');
    await known(1);
    expectNoErrors(map);
  }
});

describeMap('a server', () => {
  it('whose settings come later than its boring tiles is no trouble', async () => {
    const { server } = await maps.copy();
    server.manners.slow.set('/cache.json', 1000);
    const map = await maps.open(server.url + LEVEL_3);
    await map.settled();
    expectNoErrors(map);
  });

  it('that dies is waited for, and the map goes on when it is back', async () => {
    const { server } = await maps.copy();
    const map = await maps.open(server.url + LEVEL_3);
    await map.settled();
    await server.stop();
    await map.page.keyboard.press('ArrowLeft');
    await map.page.keyboard.press('+');
    await map.page.waitForFunction(() =>
      document.getElementById('message')?.textContent?.includes('cannot be reached'),
    );
    await map.page.waitForTimeout(6000);
    const failed = map.tiles.length;
    expect(failed).toBeLessThan(250);
    expect(colours(await map.picture())).toBeGreaterThan(20); // what was there stays
    await server.start();
    await map.settled(30_000);
    expect(await map.message()).toContain('there again');
    expectOnlyFailedLoads(map);
  });

  it('that cuts connections, fails, and is slow in the end gets all tiles to the screen', async () => {
    const { server } = await maps.copy();
    server.manners.isCutting = true;
    const map = await maps.open(server.url + LEVEL_3);
    await map.page.waitForTimeout(1500);
    expect(server.tiles).toBeLessThan(120);
    server.manners.isCutting = false;
    server.manners.isFailing = true;
    await map.page.waitForTimeout(5000);
    server.manners.isFailing = false;
    server.manners.delay = 300;
    await map.settled(60_000);
    expect(server.tiles).toBeLessThan(400);
    const complete = await maps.open(maps.server.url + LEVEL_3);
    await complete.settled();
    expect(difference(await map.picture(), await complete.picture(), 4)).toBe(0);
    expectOnlyFailedLoads(map);
  });

  it('that sends pages for all that is missing, also for cache.json and boring.txt', async () => {
    const { server, cache } = await maps.copy();
    server.manners.missing = 'page';
    for (const name of ['cache.json', 'boring.txt'])
      await rename(join(cache, name), join(cache, `no-${name}`));
    const map = await maps.open(server.url + LEVEL_3);
    await map.page.waitForTimeout(2500);
    expect(colours(await map.picture())).toBeGreaterThan(50);
    expectNoErrors(map);
  });

  it('of an empty folder gets a map of nothing, which waits', async () => {
    const { server, cache } = await maps.copy();
    await rename(join(cache, 'tile'), join(cache, 'later'));
    await mkdir(join(cache, 'tile'));
    await writeFile(join(cache, 'boring.txt'), '');
    const map = await maps.open(server.url + LEVEL_3);
    await map.page.waitForTimeout(3000);
    expect(await map.page.locator('#tools').isVisible()).toBe(true);
    const asked = map.tiles.length;
    expect(asked).toBeLessThan(60);
    await rename(join(cache, 'tile'), join(cache, 'empty'));
    await rename(join(cache, 'later'), join(cache, 'tile'));
    await map.page.waitForFunction(
      () => document.querySelectorAll('td[data-state=final]').length > 5,
      undefined,
      {
        timeout: 20_000,
      },
    );
    expectNoErrors(map);
  });
});

describeMap('a page without JavaScript', () => {
  it('says what it is, and what it needs', async () => {
    const map = await maps.openWithout(maps.server.url, { ...DESKTOP, javaScriptEnabled: false });
    const text = await map.page.locator('body').innerText();
    expect(text).toContain('map of the Mandelbrot set');
    expect(text).toContain('JavaScript');
    expect(await map.page.locator('#tools').isHidden()).toBe(true);
    expect(map.requests).toEqual(['/']);
    expect(inject('fixture')).not.toBe('');
  });
});
