import type { Address } from '../tile/address.js';
import { boringAncestor, readBoring } from './boring-file.js';
import type { BoringTail } from './boring-tail.js';
import { clearWay } from './bad-folder.js';
import { putMark } from './files.js';
import type { Layout } from './layout.js';
import { underLock } from './observe.js';
import { Frontier, type Reach } from './reach.js';

/** What became of a wish for a tile: it `is asked for` now, `was asked for` before, is `there` already, or is boring. */
export type Wish =
  | { readonly address: Address; readonly state: 'is asked for' | 'was asked for' | 'there' }
  | { readonly address: Address; readonly state: 'boring'; readonly period: number };

/**
 * Asks for tiles out of turn: a mark in want/ for each that nothing is known of.
 *
 * @param name unique among those who ask at the same time
 * @returns what became of each, in their order
 */
export async function askFor(layout: Layout, addresses: readonly Address[], name: string): Promise<Wish[]> {
  const { tiles: boring } = await readBoring(layout.boring);
  return await underLock(layout, name, async () => {
    const frontier = await Frontier.look(layout, boring);
    const wishes: Wish[] = [];
    for (const address of addresses) {
      const ancestor = boringAncestor(boring, address);
      if (ancestor !== null) wishes.push({ address, state: 'boring', period: ancestor.period });
      else wishes.push({ address, state: await putWish(layout, address, await frontier.reach(address)) });
    }
    return wishes;
  });
}

/** As {@link Wish}, of a tile that was asked for in passing: a boring one's period is not told, and one `under way` is not asked for. */
export type Answer = 'is asked for' | 'was asked for' | 'under way' | 'there' | 'boring';

/**
 * As {@link askFor}, for one who asks often and for anybody: without the lock, so that no flood of questions keeps daemons waiting, and
 * nothing for what is under way. A tile that moves meanwhile may be asked for in vain; a daemon strikes it off.
 *
 * @param boring refreshed here
 */
export async function askInPassing(
  layout: Layout,
  addresses: readonly Address[],
  boring: BoringTail,
): Promise<Answer[]> {
  await boring.refresh();
  // It is asked whether a tile is boring before the frontier is, which need not read the file again.
  const frontier = await Frontier.look(layout, new Map());
  const answers: Answer[] = [];
  for (const address of addresses) {
    if (boring.ancestorOf(address) !== null) {
      answers.push('boring');
      continue;
    }
    const reach = await frontier.reach(address);
    answers.push(reach === 'under way' ? reach : await putWish(layout, address, reach));
  }
  return answers;
}

async function putWish(
  layout: Layout,
  address: Address,
  reach: Reach,
): Promise<'is asked for' | 'was asked for' | 'there'> {
  if (reach === 'there') return reach;
  await clearWay(layout, layout.want(address));
  return (await putMark(layout.want(address))) ? 'is asked for' : 'was asked for';
}
