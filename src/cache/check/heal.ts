import { childOf, parentOf, QUADRANTS, type Address } from '../../tile/address.js';
import { clearWay, keepCopy, setAside } from '../bad-folder.js';
import { appendBoring, readBoring, rewriteBoring } from '../boring-file.js';
import { takeWorkCensus } from '../census.js';
import {
  isFile,
  makeFolds,
  modificationTime,
  publish,
  putMark,
  remove,
  setTime,
  standsAt,
} from '../files.js';
import type { Layout } from '../layout.js';
import { readRaw } from '../raw-file.js';
import { recoverClient } from '../recover.js';
import type { Hands, Healing, Made } from './problem.js';
import type { Place } from './scene.js';

/** How the problems are mended. Each looks again first, for the cache may have changed since it was looked at. */

/** Sets something aside. */
export function aside(path: string): Healing {
  return { act: async ({ layout }) => (await setAside(layout, path)) !== null };
}

/** Removes a file, as long as there is reason to. */
export function removal(path: string, isDue: (hands: Hands) => Promise<boolean>): Healing {
  return {
    act: async (hands) => {
      if (!(await standsAt(path)) || !(await isDue(hands))) return false;
      await remove(path);
      return true;
    },
  };
}

/** Removes all but the first of a tile's files, as long as that one is there. */
export function onlyFirst([first, ...others]: readonly Place[]): Healing {
  return {
    act: async () => {
      if (!(await isFile(first.path))) return false;
      for (const { path } of others) await remove(path);
      return true;
    },
  };
}

/** Makes a raw file again. A copy of the damaged one is kept, and its place in the queue. */
export function remakeRaw(
  address: Address,
  path: string,
  isWrong: (made: Made) => Promise<boolean>,
): Healing {
  return {
    needs: address,
    act: async (hands) => {
      const { layout, maker } = hands;
      const made = maker.make(address);
      if (!(await isFile(path)) || !(await isWrong(made))) return false;
      const time = await modificationTime(path);
      await keepCopy(layout, path);
      if ('period' in made) {
        await remove(path);
        await putBoring(hands, address, made.period, (await readBoring(layout.boring)).tiles);
        return true;
      }
      await place(layout, path, made.raw);
      if (time !== null) await setTime(path, time);
      return true;
    },
  };
}

/** Whether a raw file cannot be read as one. */
export async function isDamaged(path: string): Promise<boolean> {
  return typeof (await readRaw(path)) === 'string';
}

/** Makes a tile again that is nowhere: in done/ if there is anything below it, else in todo/; or its line, where it is boring. */
export function restoration(address: Address): Healing {
  return {
    needs: address,
    act: async (hands) => {
      const { layout, maker } = hands;
      const { tiles: boring } = await readBoring(layout.boring);
      if (boring.has(address) || (await hasFile(layout, address))) return false;
      const made = maker.make(address);
      if ('period' in made) {
        await putBoring(hands, address, made.period, boring);
        return true;
      }
      await place(layout, layout.tile(address), made.picture);
      const isParent = await hasChildren(layout, address, boring);
      await place(layout, isParent ? layout.done(address) : layout.todo(address), made.raw);
      return true;
    },
  };
}

/** Whether a tile is a file somewhere, or arrives with a merge that was cut off. */
export async function hasFile(layout: Layout, address: Address): Promise<boolean> {
  if ((await standsAt(layout.todo(address))) || (await standsAt(layout.done(address)))) return true;
  const work = await takeWorkCensus(layout);
  const parent = parentOf(address);
  return work.some(
    ({ todo, ready, readyWant }) =>
      [...todo, ...ready, ...readyWant].includes(address) || (parent !== null && ready.includes(parent)),
  );
}

async function hasChildren(
  layout: Layout,
  address: Address,
  boring: ReadonlyMap<Address, number>,
): Promise<boolean> {
  for (const child of QUADRANTS.map((quadrant) => childOf(address, quadrant))) {
    if (boring.has(child) || (await standsAt(layout.todo(child))) || (await standsAt(layout.done(child))))
      return true;
  }
  return false;
}

async function putBoring(
  { layout, maker, held }: Hands,
  address: Address,
  period: number,
  boring: ReadonlyMap<Address, number>,
): Promise<void> {
  const picture = layout.tile({ period });
  if (!(await standsAt(picture))) await place(layout, picture, maker.boringPicture(period));
  await held.prove();
  if (!boring.has(address)) await appendBoring(layout.boring, [{ address, period }]);
}

/** Marks a tile as made ahead of its parent, so that it is dropped when it comes again. */
export function markAhead(address: Address): Healing {
  return {
    act: async ({ layout }) => {
      const parent = parentOf(address);
      if (parent === null || (await standsAt(layout.done(parent)))) return false;
      return await putMark(layout.ahead(address));
    },
  };
}

/** Settles by computing whether a tile is boring, when boring.txt says so and there are files as well. */
export function settleBoring(boring: Address, file: Place | null, address: Address): Healing {
  return {
    needs: boring,
    act: async ({ layout, maker, held }) => {
      const made = maker.make(boring);
      if (!('period' in made)) {
        await held.prove();
        return (await rewriteBoring(layout.boring, (tile) => tile.address !== boring)) > 0;
      }
      if (file === null || !(await isFile(file.path))) return false;
      await remove(file.path);
      await remove(layout.tile(address));
      return true;
    },
  };
}

/** Writes boring.txt anew without what is no line, stands there twice, or is to go. */
export function tidyBoring(isToGo: (address: Address) => boolean = () => false): Healing {
  return {
    act: async ({ layout, held }) => {
      await held.prove();
      return (await rewriteBoring(layout.boring, ({ address }) => !isToGo(address))) > 0;
    },
  };
}

/** Makes a tile's picture again. */
export function repaintTile(address: Address, raw: string): Healing {
  return {
    act: async ({ layout, maker }) => {
      const samples = await readRaw(raw);
      if (samples === null || typeof samples === 'string') return false;
      await place(layout, layout.tile(address), maker.picture(samples));
      return true;
    },
  };
}

/** Makes the picture of a period again. */
export function repaintPeriod(period: number): Healing {
  return {
    act: async ({ layout, maker }) => {
      await place(layout, layout.tile({ period }), maker.boringPicture(period));
      return true;
    },
  };
}

/** Publishes a file of the cache, whatever stands in its way. */
async function place(layout: Layout, path: string, bytes: Uint8Array): Promise<void> {
  await clearWay(layout, path);
  await makeFolds(path);
  await publish(path, bytes);
}

/** Recovers a dead client. */
export function recovery(client: string): Healing {
  return {
    act: async ({ layout, held, isDead }) => {
      if (!(await isDead(client))) return false;
      await recoverClient(layout, client, held);
      return true;
    },
  };
}

/** Gives a tile of the future the time of now. */
export function nowTime(path: string, now: number): Healing {
  return {
    act: async () => {
      if (!(await isFile(path))) return false;
      await setTime(path, now);
      return true;
    },
  };
}
