import { buffer } from 'node:stream/consumers';
import type { Download } from 'playwright-core';
import { expect, it } from 'vitest';
import { viewOf } from '../../../src/web/place.js';
import { TOUR } from '../../../src/web/places.js';
import { pixelsTo, zoomOf } from '../../../src/web/view.js';
import { run } from '../../e2e/support/mandeld.js';
import { DESKTOP } from '../../support/chromium.js';
import { describeMap, expectNoErrors, useMaps, type MapPage } from './support/map.js';
import { difference, pictureFrom, shrunk } from './support/pictures.js';

const maps = useMaps();
const HEIGHT = 800;
const LEVEL_3 = '?x=-1&y=0&r=1.5625';
const LEVEL_40 = `?x=0&y=1&r=${12.5 * 2 ** -40}`;
const LEVEL_1000 = `?x=0&y=1&r=${12.5 * 2 ** -1000}`;

/** What the page has offered to be kept. */
async function bytesOf(download: Download): Promise<Buffer> {
  return await buffer(await download.createReadStream());
}

async function choose(map: MapPage, theme: string): Promise<void> {
  await map.page.locator('#theme').selectOption(theme);
  await map.page.waitForTimeout(300);
  await map.settled();
}

describeMap('themes', () => {
  it.each([LEVEL_3, LEVEL_40])('are swapped without asking for a tile again, at %s', async (query) => {
    maps.server.asked.length = 0;
    const map = await maps.open(maps.server.url + query);
    await map.settled();
    const before = await map.picture();
    // Far below what is complete there is no ancestor that a smooth theme could show in a boring cell's place: it goes on looking.
    const smooth = query === LEVEL_3 ? ['Nebula', 'Marble', 'Nebula'] : [];
    for (const theme of ['Ember', ...smooth, 'Ink', 'Classic']) {
      const found = maps.server.asked.filter(({ status }) => status === 200);
      const seen = new Set(found.map(({ path }) => path));
      await choose(map, theme);
      const changed = difference(await map.picture(), before);
      if (theme === 'Classic') expect(changed).toBe(0);
      else expect(changed).toBeGreaterThan(0.5);
      // Smooth ones show boring cells by their ancestors, which may not have been seen yet, and ask for each of them once.
      const more = maps.server.asked.filter(
        ({ path, status }) => status === 200 && path.startsWith('/tile/'),
      );
      const again = more.slice(found.filter(({ path }) => path.startsWith('/tile/')).length);
      expect(again.filter(({ path }) => seen.has(path))).toEqual([]);
      if (!smooth.includes(theme)) expect(again).toEqual([]);
    }
    expect((await map.place()).search).not.toContain('theme');
    expectNoErrors(map);
  });

  it('are part of the permalink, and of back and forward', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    await map.settled();
    await choose(map, 'Galaxy');
    const picture = await map.picture();
    const { search } = await map.place();
    expect(search).toContain('theme=Galaxy');
    const other = await maps.open(maps.server.url + search);
    await other.settled();
    expect(difference(await other.picture(), picture, 4)).toBe(0);
    await map.page.goBack();
    await map.page.waitForFunction(
      () => (document.getElementById('theme') as HTMLSelectElement).value === 'Classic',
    );
    const unknown = await maps.open(`${maps.server.url}?theme=%3Cscript%3E`);
    expect(await unknown.page.locator('#theme').inputValue()).toBe('Classic');
  });
});

describeMap('the inspector', () => {
  it.each([
    ['-0.79', '0.02', '0.4'],
    ['-0.16', '1.03', '0.4'],
    ['-1.3', '0.03', '0.4'],
    ['0.28', '0.53', '0.4'],
    ['0.4', '-0.21', '0.4'],
    ['0.30', '-0.02', '0.4'],
    ['-1.76', '0.012', '0.4'],
    ['0.000000000001', '1.000000000001', String(12.5 * 2 ** -40)],
  ])('says of %s %s what the program says', async (x, y, r) => {
    const map = await maps.open(`${maps.server.url}?x=${x}&y=${y}&r=${r}`);
    await map.settled();
    await map.page.locator('#inspect').click();
    const facts = map.page.locator('#facts output').first();
    await map.page.waitForFunction(() =>
      /Interior|Exterior/.test(document.getElementById('facts')?.innerText ?? ''),
    );
    const text = await facts.innerText();
    const { period } = JSON.parse((await run('point', '--json', '--', x, y)).out) as { period: number };
    expect(text).toMatch(period === 0 ? /Exterior/i : new RegExp(`[Ii]nterior, period ${period}\\b`));
    expectNoErrors(map);
  });

  it('tells what is under the pointer and under a tap, and a click then zooms no more', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    await map.settled();
    await map.page.locator('#inspect').click();
    const told = async (text: string): Promise<unknown> =>
      await map.page.waitForFunction((t) => document.getElementById('facts')?.innerText.includes(t), text);
    await map.page.mouse.move(640 + 220, 380);
    await told('period 1');
    await map.page.mouse.move(640, 380);
    await told('period 2');
    await map.page.mouse.move(640, 50);
    await told('xterior');
    await map.page.mouse.click(640 + 220, 420);
    await told('mirrored');
    await map.resting();
    expect((await map.place()).r).toBe('1.5625');
    await map.page.locator('#inspect').click();
    expect(await map.page.locator('#facts').isHidden()).toBe(true);
    expect(map.requests.filter((path) => path.endsWith('.raw')).length).toBeLessThan(20);
  });

  it('knows tiles that were asked for out of turn', async () => {
    const map = await maps.open(maps.server.url + LEVEL_1000);
    await map.settled();
    await map.page.locator('#inspect').click();
    await map.page.mouse.move(650, 395);
    await map.page.waitForFunction(() => /e-30\d/.test(document.getElementById('facts')?.innerText ?? ''));
  });
});

describeMap('places', () => {
  it('are kept over a reload, exported, forgotten and imported', async () => {
    const map = await maps.open(maps.server.url + LEVEL_1000);
    const { page } = map;
    await page.locator('#places').click();
    await page.locator('#bookmark-name').fill('<b>Deep</b>');
    await page.locator('#bookmark button').click();
    await page.reload();
    await map.resting();
    await page.locator('#places').click();
    const kept = page.locator('#bookmarks li');
    expect(await kept.count()).toBe(1);
    expect(await kept.first().innerText()).toContain('<b>Deep</b>');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#export').click()]);
    const file = await bytesOf(download);
    await kept.first().locator('button').last().click();
    expect(await kept.count()).toBe(0);
    const upload = async (name: string, content: Buffer): Promise<void> =>
      await page
        .locator('#import-file')
        .setInputFiles({ name, mimeType: 'application/json', buffer: content });
    await upload('bad.json', Buffer.from('<html>'));
    await page.waitForFunction(() =>
      document.getElementById('message')?.textContent?.includes('no bookmarks'),
    );
    await upload('good.json', file);
    await kept.first().waitFor();
    await page.goto(`${maps.server.url}?x=0&y=1&r=1e-299`);
    await map.resting();
    await page.locator('#places').click();
    await kept.first().locator('button').first().click();
    await page.waitForTimeout(500);
    await map.resting();
    const now = viewOf(await map.place(), HEIGHT);
    expect(now.level).toBe(1000);
    expectNoErrors(map);
  });

  it('of the tour are flown to, in a way that ends where it should', async () => {
    const map = await maps.open(maps.server.url);
    await map.settled();
    const { page } = map;
    await page.locator('#places').click();
    expect(await page.locator('#tour li').count()).toBeGreaterThanOrEqual(12);
    for (const index of [1, 4]) {
      if (index !== 1) await page.locator('#places').click();
      await page.locator('#tour li button').nth(index).click();
      expect(await page.locator('#places-dialog').isHidden()).toBe(true);
      const levels = new Set<string | undefined>();
      for (
        let i = 0;
        i < 200 && (i < 10 || (await page.evaluate(() => document.body.dataset['moving'] === 'true')));
        i++
      ) {
        levels.add(await page.evaluate(() => document.body.dataset['level']));
        await page.waitForTimeout(50);
      }
      await map.resting();
      const target = viewOf(TOUR[index], HEIGHT);
      const now = viewOf(await map.place(), HEIGHT);
      const { right, down } = pixelsTo(target, now);
      expect(Math.hypot(right, down)).toBeLessThan(0.5);
      expect(Math.abs(zoomOf(now) - zoomOf(target))).toBeLessThan(0.001);
      expect(levels.size).toBeGreaterThan(3);
    }
    expectNoErrors(map);
  });

  it('of the whole set come back by Home, also from level 1000', async () => {
    const map = await maps.open(maps.server.url + LEVEL_1000);
    await map.settled();
    await map.page.keyboard.press('Home');
    const levels = new Set<string | undefined>();
    for (let i = 0; i < 300; i++) {
      levels.add(await map.page.evaluate(() => document.body.dataset['level']));
      await map.page.waitForTimeout(50);
      if (i > 10 && (await map.page.evaluate(() => document.body.dataset['moving'] === 'false'))) break;
    }
    await map.settled();
    expect((await map.place()).r).toBe('1.35');
    expect(levels.size).toBeGreaterThan(10);
  });
});

describeMap('what stands around the map', () => {
  it('is where the map is, to be copied with all digits', async () => {
    const map = await maps.open(maps.server.url + LEVEL_1000);
    await map.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await map.resting();
    expect(await map.page.locator('#where').innerText()).toContain('level 1000');
    await map.page.locator('#copy').click();
    const text = await map.page.evaluate(async () => await navigator.clipboard.readText());
    const lines = Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    const back = viewOf({ x: lines['x'], y: lines['y'], r: lines['r'] }, HEIGHT);
    expect(pixelsTo(viewOf({ x: '0', y: '1', r: String(12.5 * 2 ** -1000) }, HEIGHT), back)).toEqual({
      right: 0,
      down: 0,
    });
    await map.page.locator('#link').click();
    const link = await map.page.evaluate(async () => await navigator.clipboard.readText());
    expect(link).toBe(map.page.url());
    expect(await map.message()).toContain('copied');
  });

  it('is a small map, which shows where the view is and goes where it is clicked', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    await map.settled();
    const frame = await map.page.locator('#minimap i').boundingBox();
    const box = await map.page.locator('#minimap').boundingBox();
    // -1 is 72 - 24 = 48 pixels from the left, the axis 40 from the top; half the frame's width is 2.5/8 of 192.
    expect(Math.abs((frame?.x ?? 0) + (frame?.width ?? 0) / 2 - (box?.x ?? 0) - 48)).toBeLessThan(3);
    expect(Math.abs((frame?.y ?? 0) + (frame?.height ?? 0) / 2 - (box?.y ?? 0) - 40)).toBeLessThan(3);
    expect(Math.abs((frame?.width ?? 0) - (5 / 8) * 192)).toBeLessThan(3);
    await map.page.locator('#minimap').click({ position: { x: 73, y: 21 } });
    await map.resting();
    const { x, y, r } = await map.place();
    expect([Math.abs(Number(x) - 0.04), Math.abs(Number(y) - 0.79), Number(r)].map((n) => n < 0.08)).toEqual([
      true,
      true,
      false,
    ]);
    const deep = await maps.open(maps.server.url + LEVEL_1000);
    await deep.settled();
    const point = await deep.page.locator('#minimap i').boundingBox();
    expect(Math.abs((point?.x ?? 0) + (point?.width ?? 0) / 2 - (box?.x ?? 0) - 72)).toBeLessThan(3);
    expect(
      await deep.page
        .locator('#minimap img')
        .first()
        .evaluate((image) => (image as HTMLImageElement).naturalWidth),
    ).toBe(256);
  });

  it('saves the picture that is on the screen', async () => {
    for (const query of [`${LEVEL_3}&theme=Nebula`, LEVEL_40]) {
      const map = await maps.open(maps.server.url + query);
      await map.settled();
      const [download] = await Promise.all([
        map.page.waitForEvent('download'),
        map.page.locator('#save').click(),
      ]);
      const saved = pictureFrom(await bytesOf(download));
      expect([saved.width, saved.height]).toEqual([1280, 800]);
      expect(difference(shrunk(saved, 4), shrunk(await map.picture(), 4), 24)).toBeLessThan(0.01);
      expect(download.suggestedFilename()).toMatch(/\.png$/);
    }
  });

  it('saves all pixels of a fine screen', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3, {
      ...DESKTOP,
      viewport: { width: 500, height: 400 },
      deviceScaleFactor: 2,
    });
    await map.settled();
    const [download] = await Promise.all([
      map.page.waitForEvent('download'),
      map.page.locator('#save').click(),
    ]);
    const saved = pictureFrom(await bytesOf(download));
    expect([saved.width, saved.height]).toEqual([1000, 800]);
    expect(difference(shrunk(saved, 4), shrunk(await map.picture(), 4), 24)).toBeLessThan(0.01);
  });

  it('goes away for the full screen, and comes back', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    const isFull = async (): Promise<boolean> =>
      await map.page.evaluate(() => document.fullscreenElement !== null);
    await map.page.locator('#full').click();
    await map.page.waitForFunction(() => document.fullscreenElement !== null);
    await map.page.locator('#full').click();
    await map.page.waitForFunction(() => document.fullscreenElement === null);
    expect(await isFull()).toBe(false);
  });

  it('is little where the map is embedded', async () => {
    const map = await maps.open(`${maps.server.url}${LEVEL_40}&embed=1`);
    await map.settled();
    for (const id of ['tools', 'readout', 'minimap', 'up'])
      expect(await map.page.locator(`#${id}`).isHidden()).toBe(true);
    for (const id of ['in', 'out']) expect(await map.page.locator(`#${id}`).isVisible()).toBe(true);
    const [whole] = await Promise.all([
      map.page.context().waitForEvent('page'),
      map.page.locator('#whole').click(),
    ]);
    await whole.waitForLoadState();
    expect(whole.url()).not.toContain('embed');
    expect(new URL(whole.url()).searchParams.get('y')).toBe('1');
  });

  it('is dark where that is liked, and fits a window that changes its size', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3, { ...DESKTOP, colorScheme: 'dark' });
    await map.settled();
    const paper = await map.page
      .locator('#tools')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(paper).toMatch(/rgba?\(28, 33, 40/);
    await map.page.setViewportSize({ width: 700, height: 900 });
    await map.settled();
    const narrow = await map.picture();
    expect([narrow.width, narrow.height]).toEqual([700, 900]);
  });
});
