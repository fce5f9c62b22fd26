import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Layout } from '../../../src/cache/layout.js';
import type { Settings } from '../../../src/cache/settings.js';
import { FAULTS, installFaultyDisk, Killed, Victim, type Fault } from './faults.js';
import { temporaryFolder } from './folder.js';
import { letTimePass, live, stateOf } from './play.js';
import { newCache, put, tiles } from './scene.js';

/**
 * The crash matrix: a client's whole life, from joining over recovering a dead one, claiming, and merging to leaving, with a fault at
 * one operation, for each operation that it can happen to. Then another client finishes what is left. The cache must be the same as
 * without a fault, to the byte, and nothing must be left lying about.
 */

interface Scene {
  readonly layout: Layout;
  readonly settings: Settings;
}

/** A root tile, a wish, and a dead client whose merge was cut off between two tiles. */
async function scene(): Promise<Scene> {
  const { layout, settings } = await newCache();
  const [root, wished] = tiles('M', 'M01');
  await put(layout.todo(root), `raw ${root}`, 1000);
  await put(layout.want(wished), '', 900);
  const kill = FAULTS[0];
  const dead = new Victim(kill, 2, (what) => /^rename .*\/work\/d\/done\/M[01]\.raw /.test(what));
  await expect(dead.run(async () => await live(layout, settings, 'd'))).rejects.toThrow(Killed);
  await letTimePass(layout);
  return { layout, settings };
}

async function copyOf({ layout, settings }: Scene): Promise<Layout> {
  const root = join(await temporaryFolder(), 'cache');
  await cp(layout.root, root, { recursive: true, preserveTimestamps: true });
  return new Layout(root, settings.image);
}

/** Runs of one fault at the same time: some of them wait for an abandoned lock. */
const AT_ONCE = 4;
const LIMIT_MS = 30_000;

/** The same life with one fault; null when all is as it should be. */
async function flawOf(
  prepared: Scene,
  fault: (layout: Layout) => Fault,
  at: number,
  sound: unknown,
): Promise<string | null> {
  const layout = await copyOf(prepared);
  const victim = new Victim(fault(layout), at);
  const end = await Promise.race([
    victim.run(async () => await live(layout, prepared.settings, 'a')).then(() => null, String),
    delay(LIMIT_MS, 'it hangs', { ref: false }),
  ]);
  const flaws = end === null || victim.isDead ? [] : [end];
  await letTimePass(layout);
  // On the same disk, where fsync costs nothing.
  await new Victim(null, 0).run(async () => await live(layout, prepared.settings, 'z'));
  try {
    expect(await stateOf(layout)).toEqual(sound);
  } catch (error) {
    flaws.push(String(error));
  }
  return flaws.length === 0 ? null : `${at} ${String(victim.struck)}: ${flaws.join(', ')}`;
}

/** Declares the tests of some faults; each may depend on the cache. */
export function crashMatrix(
  faults: readonly { name: string; hits: Fault['hits']; at: (scene: Scene, layout: Layout) => Fault }[],
): void {
  describe('the cache after a life with one fault is that after one without:', () => {
    let restore: () => void;
    beforeAll(() => {
      restore = installFaultyDisk();
    });
    afterAll(() => {
      restore();
    });

    it.each(faults)('$name', { timeout: 600_000 }, async ({ hits, at }) => {
      const prepared = await scene();
      const clean = await copyOf(prepared);
      const undisturbed = new Victim(null, 0);
      await undisturbed.run(async () => await live(clean, prepared.settings, 'a'));
      const sound = await stateOf(clean);
      const places = undisturbed.log.flatMap((what, i) => (hits(what.split(' ', 1)[0]) ? [i + 1] : []));
      expect(places.length).toBeGreaterThan(5);
      const flaws: string[] = [];
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < places.length) {
          const flaw = await flawOf(prepared, (layout) => at(prepared, layout), places[next++], sound);
          if (flaw !== null) flaws.push(flaw);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(flaws, `${places.length} operations`).toEqual([]);
    });
  });
}
