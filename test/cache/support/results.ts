import { mkdir, rm } from 'node:fs/promises';
import type { Layout, WorkLayout } from '../../../src/cache/layout.js';
import type { HeldLock } from '../../../src/cache/lock.js';
import { completeResults, markReady, type Contents, type Result } from '../../../src/cache/merge.js';
import { levelOf } from '../../../src/tile/address.js';
import { newCache, put, tiles } from './scene.js';

/**
 * A cache whose client `a` has claimed M0 and M1, computed both, and claimed M00 as well without computing it. M0 has two
 * children to store, M1 has one; the other children are boring. Files hold their own names.
 */
export async function cacheWithResults(): Promise<{
  layout: Layout;
  work: WorkLayout;
  results: Result[];
}> {
  const { layout } = await newCache();
  const work = layout.work('a');
  for (const folder of work.folders) await mkdir(folder, { recursive: true });
  const [root] = tiles('M');
  await put(layout.done(root), 'raw M');
  await rm(layout.todo(root));
  for (const [i, address] of tiles('M0', 'M1', 'M00').entries()) {
    await put(work.todo(address), `raw ${address}`, 1000 + i);
    await put(layout.tile(address), `picture ${address}`);
  }
  for (const address of tiles('M02', 'M01', 'M10')) {
    await put(work.done(address), `raw ${address}`, 2000 + levelOf(address));
    await put(work.tile(address), `picture ${address}`);
  }
  await put(work.tile({ period: 0 }), 'picture of 0');
  await put(work.tile({ period: 3 }), 'picture of 3');
  await put(layout.boring, 'M2 0\nM3 0\n');
  const [m0, m1] = tiles('M0', 'M1');
  const [m03, m11, m12, m13] = tiles('M03', 'M11', 'M12', 'M13');
  const results: Result[] = [
    { kind: 'subdivided', address: m0, boring: [{ address: m03, period: 3 }] },
    { kind: 'subdivided', address: m1, boring: [m11, m12, m13].map((address) => ({ address, period: 0 })) },
  ];
  return { layout, work, results };
}

/**
 * The same, and tiles that were asked for. `a` has made M0233, M0232 (which is boring) and M100, of whose parents nothing is known,
 * and M02, which comes as a child at the same time. M10 was made before it comes as a child, and client `b` holds it; so was M13,
 * which is boring. M0231 is being made.
 */
export async function cacheWithWishes(): Promise<Awaited<ReturnType<typeof cacheWithResults>>> {
  const { layout, work, results } = await cacheWithResults();
  const [m0233, m0232, m100, m02, m10, m13, m0231] = tiles(
    'M0233',
    'M0232',
    'M100',
    'M02',
    'M10',
    'M13',
    'M0231',
  );
  for (const address of [m0233, m0232, m100, m02, m0231]) await put(work.want(address), '', 500);
  for (const address of [m0233, m100]) {
    await put(work.done(address), `raw ${address}`, 2005);
    await put(work.tile(address), `picture ${address}`);
  }
  await put(layout.ahead(m10), '');
  await put(layout.tile(m10), `picture ${m10}`);
  await put(layout.work('b').todo(m10), `raw ${m10}`);
  await put(layout.ahead(m13), '');
  await put(layout.boring, 'M2 0\nM3 0\nM13 0\n');
  results.push({ kind: 'made', address: m0233, boring: [] });
  results.push({ kind: 'made', address: m0232, boring: [{ address: m0232, period: 0 }] });
  results.push({ kind: 'made', address: m100, boring: [] });
  results.push({ kind: 'made', address: m02, boring: [] });
  return { layout, work, results };
}

/** Declares results complete, as a daemon does. */
export async function declareReady(
  work: WorkLayout,
  results: readonly Result[],
  held: HeldLock,
): Promise<Contents> {
  const contents = await completeResults(work, results);
  await markReady(work, contents, held);
  return contents;
}
