import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { copyOf, removeFixture } from './support/fixture.js';
import { describeMap, expectNoErrors, useMaps } from './support/map.js';
import { difference } from './support/pictures.js';
import { SERVERS } from './support/servers.js';

const maps = useMaps();
/** Level 3 at its own size, about -0.75. */
const WHOLE = '?x=-0.75&y=0&r=1.5625';
/** A tile in the middle of it, of the upper half. */
const TILE = 'M010';

describeMap.each(SERVERS.map((kind) => [kind.name, kind] as const))('the map on %s', (_, kind) => {
  it.skipIf(!kind.isThere)(
    'shows all tiles, a missing one by its ancestor, and the tile once it has appeared',
    async () => {
      const cache = await copyOf(inject('fixture'));
      const hidden = join(cache, 'hidden.png');
      await rename(join(cache, 'tile', `${TILE}.png`), hidden);
      const { url, stop } = await kind.start(cache);
      try {
        const complete = await maps.open(`${maps.server.url}${WHOLE}`);
        await complete.settled();
        const expected = await complete.picture();
        const map = await maps.open(`${url}${WHOLE}`);
        await map.page.waitForFunction(() => document.body.dataset['lacking'] === '2');
        await map.resting();
        // In view: those beyond the edge are looked at again when they come into it.
        const blurs = map.page.locator('td[data-state=makeshift]');
        const inView = await blurs.evaluateAll((cells) => {
          const boxes = cells.map((cell) => cell.getBoundingClientRect());
          return boxes.filter(
            ({ left, right, top, bottom }) =>
              right > 1 && bottom > 1 && left < innerWidth - 1 && top < innerHeight - 1,
          ).length;
        });
        expect(inView).toBe(2); // and in the mirror
        const blurred = difference(await map.picture(), expected);
        expect(blurred).toBeGreaterThan(0);
        expect(blurred).toBeLessThan(0.1);
        await copyFile(hidden, join(cache, 'tile', `${TILE}.png`));
        await map.settled();
        expect(difference(await map.picture(), expected, 2)).toBe(0);
        expectNoErrors(map);
      } finally {
        await stop();
        await rm(hidden, { force: true });
        await removeFixture(cache);
      }
    },
  );
});
