import { expect, it } from 'vitest';
import { DESKTOP, PHONE } from '../../support/chromium.js';
import { seriousFlaws } from './support/flaws.js';
import { describeMap, useMaps } from './support/map.js';

const maps = useMaps();
const LEVEL_3 = '?x=-1&y=0&r=1.5625';

describeMap.each([
  ['light', DESKTOP],
  ['dark', { ...DESKTOP, colorScheme: 'dark' as const }],
  ['on a phone', PHONE],
])('axe-core finds nothing serious, %s', (_, options) => {
  it('on the map, with facts, message and dialogs open', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3, options);
    await map.settled();
    expect(await seriousFlaws(map.page)).toEqual([]);
    await map.page.locator('#inspect').click();
    await map.page.locator('#link').click();
    await map.page.waitForTimeout(300);
    expect(await seriousFlaws(map.page)).toEqual([]);
    for (const name of ['places', 'help']) {
      await map.page.locator(`#${name}`).click();
      if (name === 'places') {
        await map.page.locator('#bookmark-name').fill('Here');
        await map.page.locator('#bookmark button').click();
      }
      expect(await seriousFlaws(map.page), name).toEqual([]);
      await map.page.keyboard.press('Escape');
      expect(await map.page.locator(`#${name}-dialog`).isHidden()).toBe(true);
    }
  });
});

describeMap('the map without a mouse', () => {
  it('has a name for all that can be reached, in an order that makes sense', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    await map.settled();
    const reached: string[] = [];
    for (let i = 0; i < 25; i++) {
      await map.page.keyboard.press('Tab');
      const id = await map.page.evaluate(() => document.activeElement?.id ?? '');
      if (reached.includes(id)) break;
      reached.push(id);
    }
    expect(reached[0]).toBe('map');
    for (const id of [
      'in',
      'out',
      'home',
      'theme',
      'inspect',
      'places',
      'link',
      'save',
      'full',
      'help',
      'copy',
    ])
      expect(reached).toContain(id);
    const unnamed = await map.page.evaluate(() =>
      [...document.querySelectorAll('button')]
        .filter((b) => !b.ariaLabel && !b.textContent?.trim())
        .map((b) => b.id),
    );
    expect(unnamed).toEqual([]);
  });

  it('has buttons that keys press', async () => {
    const map = await maps.open(maps.server.url + LEVEL_3);
    await map.page.locator('#in').focus();
    await map.page.keyboard.press('Enter');
    await map.resting();
    expect(Number((await map.place()).r)).toBeCloseTo(1.5625 / 2, 4);
  });
});
