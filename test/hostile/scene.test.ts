import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { askFor } from '../../src/cache/ask.js';
import { takeCensus } from '../../src/cache/census.js';
import { checkCache } from '../../src/cache/check/check.js';
import type { Maker } from '../../src/cache/check/problem.js';
import { repairCache } from '../../src/cache/check/repair.js';
import { Layout } from '../../src/cache/layout.js';
import { Membership, prepareFolders } from '../../src/cache/membership.js';
import { loadReference, saveReference } from '../../src/cache/reference-store.js';
import { readSettings, type Settings } from '../../src/cache/settings.js';
import { Exchange } from '../../src/daemon/exchange.js';
import { Holdings } from '../../src/daemon/holdings.js';
import { temporaryFolder } from '../cache/support/folder.js';
import { cacheWithWishes, declareReady } from '../cache/support/results.js';
import {
  alwaysHeld,
  foreignStatus,
  identity,
  lockOf,
  PICTURE,
  put,
  RAW,
  tiles,
} from '../cache/support/scene.js';
import { mandeld } from '../cli/support/command-line.js';
import { casesOf } from './support/cases.js';
import { makeOutside } from './support/outside.js';
import { commit, deeds, deedsAtTheTop, makeParts, type Deed } from './support/strew.js';

const SETTINGS: Settings = { format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 };

/** A cache in full swing: `a` has results that are complete, `b` holds a tile, both have been dead for long. */
async function makeTemplate(): Promise<Layout> {
  const { layout, work, results } = await cacheWithWishes();
  await declareReady(work, results, alwaysHeld);
  for (const client of ['a', 'b']) {
    await put(layout.work(client).status, JSON.stringify(foreignStatus(client)), 1000);
  }
  const [deep, cell] = tiles(`M${'2'.repeat(120)}013`, 'M00000000');
  await put(layout.todo(deep), 'raw');
  await put(layout.done(deep), 'raw');
  await put(work.todo(deep), 'raw');
  await saveReference(layout, cell, new Uint8Array(16));
  return layout;
}

/** All that a daemon does with the shared folders, but for computing. */
async function workOn(layout: Layout, settings: Settings): Promise<void> {
  const lock = lockOf(layout, 'me');
  await prepareFolders(layout);
  const { membership } = await Membership.join(layout, settings, identity('me'), lock, new Date());
  const held = new Holdings();
  const exchange = new Exchange(
    layout,
    lock,
    held,
    { maxLevel: 1000, onlyWants: false },
    pino({ level: 'silent' }),
  );
  await exchange.recoverDead(membership);
  await exchange.trade(membership, false, 4);
  await membership.beat({ state: 'working', subdivided: 1, rate: 1, holding: [] });
  // As if what was claimed were computed, with nothing in it.
  for (const { kind, address } of held.waiting.splice(0)) {
    if (kind !== 'remake')
      held.results.push({ kind: kind === 'make' ? 'made' : 'subdivided', address, boring: [] });
  }
  await exchange.trade(membership, held.results.length > 0, 4);
  await exchange.settle(membership);
  await exchange.isAllDone(membership);
  await membership.leave();
}

const COMMANDS = [
  ['status'],
  ['check'],
  ['area'],
  ['inspect', 'M0'],
  ['inspect', 'M0211'],
  ['want', 'M3213'],
];

/** All that others do, and one command. */
async function look(layout: Layout, command: number): Promise<void> {
  const [wish, cell] = tiles('M0211', 'M00000000');
  await takeCensus(layout);
  await askFor(layout, [wish, ...tiles('M', `M${'2'.repeat(120)}01`)], 'ask');
  await checkCache(layout, { name: 'check', lease: 60, onStep: () => undefined });
  await saveReference(layout, cell, new Uint8Array(32)).catch((error: unknown) => {
    expect(error).toHaveProperty('code');
  });
  await loadReference(layout, cell);
  const [name, ...rest] = COMMANDS[command % COMMANDS.length];
  const { err } = await mandeld(name, layout.root, ...rest, '--json');
  expect(err).not.toContain('this is a bug');
}

type Play = (all: readonly Deed[], act: (layout: Layout) => Promise<void>) => Promise<void>;

/** Where scenes are played. */
async function makeStage(): Promise<{ play: Play }> {
  const template = await makeTemplate();
  const outside = await makeOutside();
  const before = await outside.look();
  const folder = await temporaryFolder();
  const parts = await makeParts(folder);
  const layout = new Layout(join(folder, 'cache'), 'png');
  const play: Play = async (all, act) => {
    await cp(template.root, layout.root, { recursive: true, preserveTimestamps: true });
    for (const deed of all) await commit(layout.root, outside, parts, deed);
    const start = performance.now();
    await act(layout);
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(await outside.look()).toEqual(before);
    await rm(layout.root, { recursive: true });
  };
  return { play };
}

/** All tiles are the same to it. */
const MAKER: Maker = {
  make: () => ({ raw: RAW, picture: PICTURE }),
  picture: () => PICTURE,
  boringPicture: () => PICTURE,
};

describe('a small cache, strewn with hostile things', () => {
  it('is worked on and looked at; nothing outside is touched, and nobody fails or hangs', async () => {
    const { play } = await makeStage();
    let scenes = 0;
    let done = 0;
    await fc.assert(
      fc.asyncProperty(deeds, async (all) => {
        await play(all, async (layout) => {
          const settings = await readSettings(layout.root);
          await look(layout, scenes++);
          await workOn(layout, settings);
          await repairCache(
            layout,
            { name: 'check', lease: 60, onStep: () => undefined },
            MAKER,
            () => undefined,
          );
          done += (await takeCensus(layout)).done.length;
        });
      }),
      { numRuns: casesOf('scenes'), endOnFailure: true },
    );
    // Whatever stands about, most of the work is done.
    expect(done / scenes).toBeGreaterThan(3);
  });

  it('with one of its own folders or files replaced is worked on, or refused with a code', async () => {
    const { play } = await makeStage();
    const orRefuse = async (act: () => Promise<unknown>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error)) throw error;
      }
    };
    let scenes = 0;
    await fc.assert(
      fc.asyncProperty(deedsAtTheTop, async (deed) => {
        await play([deed], async (layout) => {
          await orRefuse(async () => await readSettings(layout.root));
          await orRefuse(async () => await look(layout, scenes++));
          await orRefuse(async () => await workOn(layout, SETTINGS));
        });
      }),
      { numRuns: casesOf('tops'), endOnFailure: true },
    );
  });
});
