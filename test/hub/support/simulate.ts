import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bestKernel, deepSampler } from '../../../src/daemon/kernel.js';
import { subdivide } from '../../../src/subdivide/subdivide.js';
import { childOf, QUADRANTS, type Address } from '../../../src/tile/address.js';
import { decodeRaw, encodeRaw } from '../../../src/tile/raw.js';
import type { Lease } from '../../../src/wire/messages.js';
import { encodeResult } from '../../../src/wire/result-codec.js';
import { daemon, run } from '../../e2e/support/mandeld.js';
import { seededRandom, type Random } from '../../support/random.js';
import { noise, subtlyWrong } from './forgeries.js';
import { flawsOfBooks, flawsOfCache } from './flaws.js';
import { HubProcess, readBooks, type Books } from './hub-process.js';
import type { Truth } from './truth.js';
import { Asker, Client, HubAnswer } from './volunteer.js';

/** What a volunteer is like. A `turncoat` has earned trust; of a `pair` of friends one has. */
type Kind = 'honest' | 'dying' | 'noise' | 'neighbour' | 'periods' | 'turncoat' | 'pair';
const CHEATS: readonly Kind[] = ['noise', 'neighbour', 'periods', 'turncoat', 'pair'];
/** Valid results in a row that a trusted one has had before. */
const STREAK = 20;
/** Where there is nothing to do one asks again after so long at the most, in milliseconds, as the hub says. */
const RETRY_AFTER_MS = 5000;
/** Everything must be over in this time, in milliseconds. */
const STUCK_MS = 1_800_000;

export interface Size {
  readonly volunteers: number;
  /** How often the hub is killed. */
  readonly kills: number;
  readonly seed: number;
  /** Seconds that a lease lasts. */
  readonly lease: number;
  /** Seconds that a result waits for another one. */
  readonly patience: number;
  /** Told of what goes on. */
  readonly say: (line: string) => void;
}

/** What was seen. */
export interface Outcome {
  readonly flaws: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
}

/** A hub, volunteers of whom some die and some cheat, and a hub that is killed now and then, until the cache is complete. */
export async function simulate(truth: Truth, folder: string, size: Size): Promise<Outcome> {
  const { volunteers, kills, seed, say } = size;
  const random = seededRandom(seed);
  const root = join(folder, 'cache');
  await run('init', root, '--lease', '5');
  // From one tile on it would take long until there is something for everybody.
  await daemon(root, 'alone', '--until-idle', '--max-level', '4').ended;
  const hub = new HubProcess(root, join(folder, 'data'), [
    `--max-level=${truth.level}`,
    `--lease=${size.lease}`,
    `--patience=${size.patience}`,
    '--stock=256',
    '--log-level=info',
  ]);
  const kinds = Array.from({ length: volunteers }, (_, i) => kindOf(i));
  const names = kinds.map((kind, i) => `${kind}-${i}`);
  // Friends stand side by side; one of them is known.
  const isTrusted = (i: number): boolean => kinds[i] === 'turncoat' || i % 3 === 0;
  await hub.enrol(Object.fromEntries(names.map((name, i) => [name, isTrusted(i) ? STREAK : 0])));
  await hub.start();
  const asker = new Asker();
  const play = new Play(truth, random);
  const began = performance.now();
  const all = names.map(async (name, i) => {
    const network = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    await play.live(new Client(name, network, () => hub.url, asker), kinds[i]);
  });
  const memory: number[] = [];
  const done = async (): Promise<number> => (await readdir(join(root, 'done'))).length;
  const whole = (await readdir(join(truth.root, 'done'))).length;
  const killAt = Array.from({ length: kills }, () => random.between(0.02, 0.98) * whole).toSorted(
    (a, b) => a - b,
  );
  let count = 0;
  let looked = 0;
  const logged = { at: 0 };
  while (count < whole && performance.now() - began < STUCK_MS) {
    await delay(250);
    memory.push(hub.megabytes);
    count = await done();
    if (killAt.length > 0 && count >= killAt[0]) {
      killAt.shift();
      await delay(random.between(0, 300));
      await hub.stop('SIGKILL');
      await hub.start();
      logged.at = 0;
    }
    if (performance.now() - looked > 5000) {
      looked = performance.now();
      say(
        `${count} of ${whole} tiles, ${play.uploads} uploads, ${asker.requests} requests, ${hub.megabytes.toFixed(0)} MB`,
      );
      const { err } = hub.program;
      for (const line of err.slice(logged.at).split('\n')) if (line !== '') say(line.slice(0, 300));
      logged.at = err.length;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  play.isOver = true;
  await Promise.all(all);
  asker.close();
  let books = await settled(hub, say);
  // Whoever was never watched is caught when somebody looks into everything.
  const unseen = await countFalse(books, truth);
  await hub.inDatabase(async (db) => {
    await db
      .updateTable('result')
      .set({ suspect: true })
      .where('proof', 'in', ['alone', 'replica'])
      .execute();
  });
  await hub.start();
  books = await settled(hub, say);
  await writeFile(join(folder, 'hub.log'), hub.log);
  const flaws = [...(await flawsOfCache(root, truth)), ...(await flawsOfBooks(books, truth))];
  const isCaught = books.results.some(({ name, state }) => name.startsWith('pair') && state === 'false');
  if (kinds.includes('pair') && !isCaught) flaws.push('no pair was convicted');
  if (count < whole) flaws.push(`only ${count} of ${whole} tiles after ${seconds.toFixed(0)} s`);
  return {
    flaws,
    figures: { seed, unseen, ...figuresOf(books, play, seconds, count, memory, asker.requests) },
  };
}

function kindOf(i: number): Kind {
  if (i % 5 === 4) return 'dying';
  // Two of twenty: friends come in twos.
  const place = i % 20;
  if (place !== 2 && place !== 3) return 'honest';
  return CHEATS[Math.floor(i / 20) % CHEATS.length];
}

/** How volunteers behave. */
class Play {
  isOver = false;
  uploads = 0;
  /** Tiles that were given out although what they were made of was false. */
  misled = 0;
  readonly #truth: Truth;
  readonly #random: Random;

  constructor(truth: Truth, random: Random) {
    this.#truth = truth;
    this.#random = random;
  }

  async live(client: Client, kind: Kind): Promise<void> {
    const random = this.#random;
    await delay(random.between(0, 2000));
    let tiles = kind === 'dying' ? 1 + random.below(4) : Infinity;
    while (!this.isOver) {
      let leases: Lease[] = [];
      try {
        leases = await client.checkout(1 + random.below(2));
        for (const lease of leases) {
          if (--tiles < 0) return;
          const body = await this.#answer(client, lease, kind);
          await delay(random.between(0, 100));
          await client.upload(lease, body);
          this.uploads++;
        }
      } catch (error) {
        if (error instanceof HubAnswer && ![404, 409, 429, 503].includes(error.status)) throw error;
        await this.#pause(random.between(500, 1500));
      }
      if (leases.length === 0) await this.#pause(random.between(0.2, 1) * RETRY_AFTER_MS);
    }
  }

  async #pause(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (!this.isOver && performance.now() < end) await delay(Math.min(200, ms));
  }

  async #answer(client: Client, lease: Lease, kind: Kind): Promise<Uint8Array> {
    const { address } = lease;
    const raw = await client.raw(lease);
    const right = await this.#truth.upload(address);
    const known = await this.#truth.raw(address);
    if (right === null || known === null || !raw.equals(known)) {
      this.misled++;
      return computed(address, raw);
    }
    if (kind === 'noise') return noise(right, lease.lease);
    if (kind === 'neighbour')
      return (await this.#truth.upload(besides(address))) ?? noise(right, lease.lease);
    if (kind === 'honest' || kind === 'dying') return right;
    // The subtle ones are right now and then, as they would be.
    const isFalse = kind === 'pair' || this.#random.below(3) === 0;
    return isFalse ? (subtlyWrong(right, address) ?? right) : right;
  }
}

/** What an honest volunteer makes of the raw file that he was given. */
function computed(address: Address, raw: Uint8Array): Uint8Array {
  const { interesting, boring } = subdivide(address, decodeRaw(raw), bestKernel(), deepSampler());
  return encodeResult(
    QUADRANTS.map((quadrant) => {
      const child = childOf(address, quadrant);
      const dull = boring.find((one) => one.address === child);
      if (dull) return { boring: dull.period };
      return { raw: encodeRaw(interesting.find((one) => one.address === child)!.samples) };
    }),
  );
}

function besides(address: Address): Address {
  const last = address.at(-1) === '0' ? '1' : '0';
  return (address.length === 1 ? 'M1' : `${address.slice(0, -1)}${last}`) as Address;
}

/** Waits until all is decided, ends the hub, and reads what its database says. */
async function settled(hub: HubProcess, say: (line: string) => void): Promise<Books> {
  for (let tries = 0; ; tries++) {
    await delay(tries === 0 ? 3000 : 10_000);
    const ended = await hub.stop();
    if (ended.code !== 0) throw new Error(`the hub ended with ${ended.code}: ${ended.err}`);
    const books = await hub.inDatabase(readBooks);
    const open = books.results.filter(({ state, suspect }) => state === 'pending' || suspect).length;
    if (open === 0 || tries === 60) return books;
    say(`${open} results are pending or suspect`);
    await hub.start();
  }
}

async function countFalse({ results }: Books, truth: Truth): Promise<number> {
  let count = 0;
  for (const { state, address, digest } of results)
    if (state === 'valid' && !(await truth.isRight(address as Address, digest))) count++;
  return count;
}

function figuresOf(
  { results, leases, tiles }: Books,
  play: Play,
  seconds: number,
  done: number,
  memory: readonly number[],
  requests: number,
): Record<string, unknown> {
  const of = (state: string, proof?: string): number =>
    results.filter((one) => one.state === state && (proof === undefined || one.proof === proof)).length;
  const at = (part: number): number => Math.round(memory[Math.floor(part * (memory.length - 1))] ?? 0);
  return {
    seconds: Math.round(seconds),
    done,
    results: results.length,
    overhead: Number((results.length / done).toFixed(2)),
    valid: of('valid'),
    false: of('false'),
    falseOfTurncoats: results.filter(({ name, state }) => name.startsWith('turncoat') && state === 'false')
      .length,
    alone: of('valid', 'alone'),
    replica: of('valid', 'replica'),
    recomputed: of('valid', 'recomputed'),
    misled: play.misled,
    leases,
    tiles,
    requests,
    requestsPerSecond: Math.round(requests / seconds),
    uploadsPerSecond: Number((play.uploads / seconds).toFixed(1)),
    memory: [at(0.1), at(0.25), at(0.5), at(0.75), at(1)],
  };
}
