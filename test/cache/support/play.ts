import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { unlock } from 'proper-lockfile';
import { readBoring } from '../../../src/cache/boring-file.js';
import { CacheError, systemCode } from '../../../src/cache/cache-error.js';
import { isGone, publish } from '../../../src/cache/files.js';
import type { Layout } from '../../../src/cache/layout.js';
import { Membership, prepareFolders } from '../../../src/cache/membership.js';
import type { Result } from '../../../src/cache/merge.js';
import type { Settings } from '../../../src/cache/settings.js';
import { Exchange } from '../../../src/daemon/exchange.js';
import { Holdings } from '../../../src/daemon/holdings.js';
import type { Task } from '../../../src/daemon/job.js';
import { childOf, levelOf, QUADRANTS, type Address } from '../../../src/tile/address.js';
import { filesOf } from '../../support/essence.js';
import { identity, lockOf } from './scene.js';

/**
 * A daemon's life in a world that is quickly made: tiles are texts, and which of them are boring is decided by their digits. What it does
 * with the cache is the daemon's own code.
 */

const MAX_LEVEL = 2;

/** M0 and M1 are not, and one or two children of each. */
function isBoring(address: Address): boolean {
  return levelOf(address) === 1 ? address > 'M1' : /[23]$/.test(address) && address !== 'M03';
}

async function writeTile(layout: Layout, client: string, address: Address): Promise<void> {
  const work = layout.work(client);
  await publish(work.done(address), `raw ${address}`);
  await publish(work.tile(address), `picture ${address}`);
}

/** What a thread would do. */
async function perform(layout: Layout, client: string, { kind, address }: Task): Promise<Result> {
  const tiles = kind === 'make' ? [address] : QUADRANTS.map((quadrant) => childOf(address, quadrant));
  const boring = tiles.filter(isBoring).map((tile) => ({ address: tile, period: levelOf(tile) }));
  for (const tile of tiles) if (!isBoring(tile)) await writeTile(layout, client, tile);
  for (const { period } of boring) await publish(layout.work(client).tile({ period }), `period ${period}`);
  return { kind: kind === 'make' ? 'made' : 'subdivided', address, boring };
}

const silent = pino({ level: 'silent' });

/** A daemon's life, from joining to leaving when all is done. Whatever can be repeated is. */
export async function live(layout: Layout, settings: Settings, client: string): Promise<void> {
  for (let start = 0; ; start++) {
    try {
      await liveOnce(layout, settings, client);
      return;
    } catch (error) {
      // A daemon that could not start, or gave up; somebody starts it again, when its place counts as free.
      if (start === 5 || systemCode(error) === undefined) throw error;
      await letTimePass(layout);
    }
  }
}

async function liveOnce(layout: Layout, settings: Settings, client: string): Promise<void> {
  await prepareFolders(layout);
  const lock = lockOf(layout, client);
  const held = new Holdings();
  const exchange = new Exchange(layout, lock, held, { maxLevel: MAX_LEVEL, onlyWants: false }, silent);
  const enter = async (): Promise<Membership> =>
    (await Membership.join(layout, settings, identity(client), lock, new Date(0))).membership;
  let membership = await enter();
  let failures = 0;
  let isBeatDue = true;
  for (;;) {
    try {
      if (isBeatDue) {
        await membership.beat({ state: 'working', subdivided: 0, rate: 0, holding: held.addresses });
        await exchange.recoverDead(membership);
      }
      isBeatDue = false;
      const { merged, again } = await exchange.trade(membership, held.results.length > 0, 4);
      for (let task = held.waiting.shift(); task !== undefined; task = held.waiting.shift()) {
        try {
          held.results.push(await perform(layout, client, task));
        } catch (error) {
          if (!isGone(error)) held.waiting.unshift(task);
          throw error;
        }
      }
      if (merged.length > 0 || again || held.size > 0) continue;
      if (await exchange.isAllDone(membership)) break;
      isBeatDue = true;
    } catch (error) {
      isBeatDue = true;
      const code = systemCode(error);
      if (code === undefined || failures++ === 8) throw error;
      if (code === 'EFENCED') {
        held.forget();
        exchange.forget();
        membership = await enter();
      } else if (error instanceof CacheError && code !== 'ELOCKLOST') throw error;
    }
  }
  await exchange.settle(membership);
  await membership.leave();
}

/** Lets an hour pass for what clients have left: their heartbeats are old, and a lock that one held was broken. */
export async function letTimePass(layout: Layout): Promise<void> {
  for (const name of await readdir(layout.workFolder)) {
    for (const path of [layout.work(name).status, join(layout.workFolder, name)]) {
      await utimes(path, 1e9, 1e9).catch(() => undefined);
    }
  }
  // All clients of a test are one process, for which proper-lockfile remembers one lock a folder.
  await unlock(layout.lockFolder, { lockfilePath: layout.heldLock, realpath: false }).catch(() => undefined);
  await rm(layout.heldLock, { recursive: true, force: true });
}

/** Everything that is there: files by name and content, the lines of boring.txt in order of name. */
export async function stateOf(layout: Layout): Promise<unknown> {
  const files = await filesOf(layout.root);
  delete files['boring.txt'];
  const { tiles, invalid } = await readBoring(layout.boring);
  const work = await readdir(layout.workFolder);
  const locks = await readdir(join(layout.root, 'lock'));
  return { files, boring: [...tiles].map(String).toSorted(), invalid, work, locks };
}
