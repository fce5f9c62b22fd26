import { build } from '../build.js';
import { byId, onClick } from '../elements.js';
import type { Result } from './answers.js';
import type { HubApi } from './api.js';
import { linkToTile } from './map-link.js';
import { addRows, fillTable, type Cell } from './table.js';
import { count, moment, shortened } from './words.js';

const COLUMNS = ['Tile', 'State', 'Why', 'Beans', 'Received'];
const STATES = { pending: 'pending', valid: 'valid', false: 'false' } as const;
const PROOFS = {
  replica: 'another volunteer has sent the same',
  recomputed: 'the hub has computed the same',
  alone: 'the hub’s quick checks, since you are trusted',
} as const;

/** The part of one's page about results, the latest first. */
export class Results {
  readonly #api: HubApi;
  /** Those that come next, asked for in advance: so that it is known whether there are any. */
  #older: readonly Result[] = [];

  /** @param onFault told what has failed */
  constructor(api: HubApi, onFault: (error: unknown) => void) {
    this.#api = api;
    onClick('older', async () => await this.#showOlder().catch(onFault));
  }

  /** Shows the latest. */
  async show(): Promise<void> {
    const results = await this.#ask({});
    fillTable(byId('results'), COLUMNS, results.map(rowOf), 'Nothing was sent yet.');
    await this.#lookAhead(results);
  }

  async #showOlder(): Promise<void> {
    const results = this.#older;
    addRows(byId('results'), COLUMNS, results.map(rowOf));
    await this.#lookAhead(results);
  }

  async #lookAhead(shown: readonly Result[]): Promise<void> {
    const last = shown.at(-1);
    this.#older = last === undefined ? [] : await this.#ask({ before: `${last.id}` });
    byId('older').hidden = this.#older.length === 0;
  }

  async #ask(query: Readonly<Record<string, string>>): Promise<readonly Result[]> {
    return (await this.#api.get<{ results: readonly Result[] }>('me/results', query)).results;
  }
}

function rowOf({ address, state, proof, reason, beans, received }: Result): Cell[] {
  const link = document.createElement('a');
  link.href = linkToTile(address);
  link.textContent = shortened(address, 24);
  link.title = address;
  const why = [proof && PROOFS[proof], reason].filter((text) => text !== null).join(': ');
  return [link, build('span', `state ${state}`, STATES[state]), why || null, count(beans), moment(received)];
}
