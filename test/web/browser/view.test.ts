import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { parseAddress } from '../../../src/tile/address.js';
import { foldAddress } from '../../../src/tile/folding.js';
import { cellAt } from '../../../src/tile/mirror.js';
import { BoringIndex } from '../../../src/web/boring-index.js';
import { DESKTOP, PHONE } from '../../support/chromium.js';
import { describeMap, expectNoErrors, useMaps } from './support/map.js';
import {
  colours,
  cropped,
  difference,
  mirrored,
  pictureFrom,
  pngOf,
  shrunk,
  type Picture,
} from './support/pictures.js';

const maps = useMaps();

/** Views of 800 pixels' height that show a level at exactly its size, their centre at a corner of its tiles. */
const VIEWS = [
  { name: 'level 3', level: 3, x: -1n, y: 0n, query: '?x=-1&y=0&r=1.5625' },
  { name: 'level 5', level: 5, x: -3n, y: 2n, query: '?x=-0.75&y=0.5&r=0.390625' },
  { name: 'level 40', level: 40, x: 0n, y: 1n << 37n, query: `?x=0&y=1&r=${12.5 * 2 ** -40}` },
  { name: 'level 40, the tip', level: 40, x: -(2n << 37n), y: 0n, query: `?x=-2&y=0&r=${12.5 * 2 ** -40}` },
  { name: 'level 1000', level: 1000, x: 0n, y: 1n << 997n, query: `?x=0&y=1&r=${12.5 * 2 ** -1000}` },
] as const;

/** What a screen of 1280 x 800 about a corner of the grid has to show: the pictures of the tiles, side by side. */
async function mosaic(level: number, column: bigint, row: bigint): Promise<Picture> {
  const index = new BoringIndex();
  index.append(await readFile(join(inject('fixture'), 'boring.txt')));
  const data = new Uint8Array(4 * 1536 * 1024);
  const west = column + (4n << BigInt(level - 3));
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 4; j++) {
      const subject = cellAt(level, west - 3n + BigInt(i), row + 1n - BigInt(j));
      if (subject === null) continue;
      const boring = index.find(subject.address);
      const name = boring ? `P${boring.period}` : foldAddress(parseAddress(subject.address));
      const tile = pictureFrom(await readFile(join(inject('fixture'), 'tile', `${name}.png`)));
      const { data: pixels } = subject.isMirrored ? mirrored(tile) : tile;
      for (let y = 0; y < 256; y++)
        data.set(pixels.subarray(1024 * y, 1024 * (y + 1)), 4 * ((256 * j + y) * 1536 + 256 * i));
    }
  }
  return cropped({ width: 1536, height: 1024, data }, 128, 112, 1280, 800);
}

describeMap('a view', () => {
  it.each(VIEWS)('of $name is what the tiles show', async ({ level, x, y, query }) => {
    const map = await maps.open(maps.server.url + query);
    await map.settled();
    const picture = await map.picture();
    expect(colours(picture)).toBeGreaterThan(3);
    // Pictures reach 3/4 of a pixel into the next ones, so single pixels are not the same.
    expect(difference(shrunk(picture, 8), shrunk(await mosaic(level, x, y), 8), 40)).toBeLessThan(0.01);
    const layer = map.page.locator('.layer').last();
    expect(await layer.getAttribute('data-level')).toBe(String(level));
    expect(await map.page.evaluate(() => document.body.dataset['level'])).toBe(String(level));
    // A boring cell has the picture of its period, and asks for none of its own.
    const { requests } = map;
    expect(requests.filter((path) => /\/P\d+\.png$/.test(path)).length).toBeGreaterThan(0);
    expect(new Set(map.tiles).size).toBe(map.tiles.length);
    expectNoErrors(map);
  });

  it('has an img in each cell of a table', async () => {
    const map = await maps.open(`${maps.server.url}?x=-1&y=0&r=1.5625`);
    await map.settled();
    const table = map.page.locator('.layer').last().locator('table');
    // 6 x 4 tiles in view and one more on each side, of which some lie outside the root.
    expect(await table.locator('tr').count()).toBe(6);
    expect(await table.locator('td').count()).toBe(48);
    const outside = await table.locator('td.outside').count();
    expect(await table.locator('td > img').count()).toBe(48 - outside);
    expect(await table.locator('td.mirrored').count()).toBeGreaterThan(8);
    expect(await table.getAttribute('role')).toBe('presentation');
  });

  it.each([VIEWS[0], VIEWS[3]])('of $name has a lower half that mirrors the upper one', async ({ query }) => {
    const map = await maps.open(maps.server.url + query);
    await map.settled();
    const picture = await map.picture();
    const [upper, lower] = [cropped(picture, 0, 0, 1280, 400), cropped(picture, 0, 400, 1280, 400)];
    expect(colours(upper)).toBeGreaterThan(3);
    expect(difference(shrunk(upper, 4), shrunk(mirrored(lower), 4), 24)).toBeLessThan(0.005);
  });

  it('of a place shows that place in its middle', async () => {
    for (const [x, kind] of [
      ['-0.79', 'Interior, period 2'],
      ['-0.71', 'Interior, period 1'],
      ['0.3', 'Exterior'],
    ] as const) {
      const map = await maps.open(`${maps.server.url}?x=${x}&y=0.02&r=0.4`);
      await map.settled();
      await map.page.locator('#inspect').click();
      await map.page.waitForFunction(
        (text) => document.getElementById('facts')?.innerText.includes(text),
        kind,
      );
      await map.page.close();
    }
  });

  it.each(VIEWS)(
    'of $name has a permalink that shows the same picture in another window',
    async ({ query }) => {
      const map = await maps.open(maps.server.url + query);
      await map.settled();
      await map.page.mouse.move(500, 300);
      await map.page.mouse.wheel(0, -150);
      await map.page.waitForTimeout(300);
      await map.page.keyboard.press('ArrowLeft');
      await map.resting();
      const { search } = await map.place();
      const other = await maps.open(maps.server.url + search);
      await other.resting();
      // Beside what there is both show ancestors, which are looked for one after the other.
      await expect
        .poll(async () => difference(await other.picture(), await map.picture(), 16), { timeout: 30_000 })
        .toBeLessThan(0.01);
      expect((await other.place()).search).toBe(search);
    },
  );
});

/** Pictures as they were, made anew by MANDELD_UPDATE_GOLDENS=1. */
const IS_UPDATING = process.env['MANDELD_UPDATE_GOLDENS'] === '1';

describeMap('the look of the map', () => {
  it.each([
    { name: 'desktop-level-3', options: DESKTOP, query: VIEWS[0].query },
    { name: 'desktop-level-40', options: DESKTOP, query: VIEWS[2].query },
    { name: 'phone-level-3', options: PHONE, query: '?x=-0.75&y=0&r=1.35' },
    { name: 'phone-level-40', options: PHONE, query: VIEWS[2].query },
    { name: 'dark-level-3', options: { ...DESKTOP, colorScheme: 'dark' as const }, query: VIEWS[0].query },
  ])('$name is as it was', async ({ name, options, query }) => {
    const map = await maps.open(maps.server.url + query, options);
    await map.settled();
    // Half the size: what is compared is the look, not the edges of letters.
    const picture = shrunk(pictureFrom(await map.page.screenshot()), 2);
    const file = fileURLToPath(new URL(`golden/${name}.png`, import.meta.url));
    if (IS_UPDATING) await writeFile(file, pngOf(picture));
    const golden = pictureFrom(await readFile(file));
    expect(difference(picture, golden)).toBeLessThan(0.005);
  });
});
