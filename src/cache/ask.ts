import type { Address } from '../tile/address.js';
import { boringAncestor, readBoring } from './boring-file.js';
import { clearWay } from './bad-folder.js';
import { putMark } from './files.js';
import type { Layout } from './layout.js';
import { underLock } from './observe.js';
import { Frontier } from './reach.js';

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
      if (ancestor !== null) {
        wishes.push({ address, state: 'boring', period: ancestor.period });
      } else if ((await frontier.reach(address)) === 'there') {
        wishes.push({ address, state: 'there' });
      } else {
        await clearWay(layout, layout.want(address));
        wishes.push({
          address,
          state: (await putMark(layout.want(address))) ? 'is asked for' : 'was asked for',
        });
      }
    }
    return wishes;
  });
}
