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
import { addressOf, askPostgres, type Cluster } from './postgres.js';
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
  /** How often a hub is killed, or the server of its database. */
  readonly kills: number;
  /** Hubs on one cache and one database. */
  readonly hubs: number;
  /** A PostgreSQL server for their database; without one it is the embedded database, of one hub. */
  readonly server: Cluster | null;
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

/** Hubs, volunteers of whom some die and some cheat, and hubs and a server that are killed now and then, until the cache is complete. */
export async function simulate(truth: Truth, folder: string, size: Size): Promise<Outcome> {
  const { volunteers, kills, seed, say } = size;
  const random = seededRandom(seed);
  const root = join(folder, 'cache');
  await run('init', root, '--lease', '5');
  // From one tile on it would take long until there is something for everybody.
  await daemon(root, 'alone', '--until-idle', '--max-level', '4').ended;
  const database = size.server === null ? join(folder, 'data') : await newDatabase(size.server);
  const hubs = Array.from(
    { length: size.hubs },
    (_, i) =>
      new HubProcess(root, database, [
        `--client=hub-${i}`,
        `--max-level=${truth.level}`,
        `--lease=${size.lease}`,
        `--patience=${size.patience}`,
        '--stock=256',
        '--audits=100',
        '--periods=0',
        '--log-level=info',
      ]),
  );
  const kinds = Array.from({ length: volunteers }, (_, i) => kindOf(i));
  const names = kinds.map((kind, i) => `${kind}-${i}`);
  // Friends stand side by side; one of them is known.
  const isTrusted = (i: number): boolean => kinds[i] === 'turncoat' || i % 3 === 0;
  await hubs[0].enrol(Object.fromEntries(names.map((name, i) => [name, isTrusted(i) ? STREAK : 0])));
  await startAll(hubs);
  const asker = new Asker();
  const play = new Play(truth, random);
  const began = performance.now();
  const all = names.map(async (name, i) => {
    const network = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    await play.live(new Client(name, network, () => hubs[i % hubs.length].url, asker), kinds[i]);
  });
  const memory: number[] = [];
  const done = async (): Promise<number> => (await readdir(join(root, 'done'))).length;
  const whole = (await readdir(join(truth.root, 'done'))).length;
  const killAt = Array.from({ length: kills }, () => random.between(0.02, 0.98) * whole).toSorted(
    (a, b) => a - b,
  );
  let count = 0;
  let looked = 0;
  const told = hubs.map(() => 0);
  while (count < whole && performance.now() - began < STUCK_MS) {
    await delay(250);
    memory.push(hubs[0].megabytes);
    for (const { program } of hubs)
      if (program.process.exitCode !== null) throw new Error(`a hub has ended: ${program.err.slice(-3000)}`);
    count = await done();
    if (killAt.length > 0 && count >= killAt[0]) {
      killAt.shift();
      await delay(random.between(0, 300));
      const victim = random.below(hubs.length + (size.server === null ? 0 : 1));
      if (victim < hubs.length) {
        await hubs[victim].stop('SIGKILL');
        await hubs[victim].start();
      } else {
        await size.server?.kill();
        await delay(random.between(0, 1000));
        await size.server?.start();
      }
    }
    if (performance.now() - looked > 5000) {
      looked = performance.now();
      say(
        `${count} of ${whole} tiles, ${play.uploads} uploads, ${asker.requests} requests, ${killAt.length} kills to come, ${hubs[0].megabytes.toFixed(0)} MB`,
      );
      for (const [i, hub] of hubs.entries()) {
        const log = hub.log + hub.program.err;
        for (const line of log.slice(told[i]).split('\n')) if (line !== '') say(line.slice(0, 300));
        told[i] = log.length;
      }
    }
  }
  const seconds = (performance.now() - began) / 1000;
  play.isOver = true;
  await Promise.all(all);
  asker.close();
  let books = await settled(hubs, say, 'decided');
  // Whoever was never watched is caught when the hub has the time to look into everything.
  const unseen = await countFalse(books, truth);
  say(`all tiles are there after ${seconds.toFixed(0)} s; ${unseen} results are false and not known to be`);
  const proofs = countProofs(books);
  await startAll(hubs);
  books = await settled(hubs, say, 'proven');
  await writeFile(join(folder, 'hub.log'), hubs.map(({ log }) => log).join('\n'));
  const flaws = [...(await flawsOfCache(root, truth)), ...(await flawsOfBooks(books, truth))];
  const isCaught = books.results.some(({ name, state }) => name.startsWith('pair') && state === 'false');
  const unproven = books.results.filter(
    ({ state, proof }) => state === 'valid' && proof !== 'recomputed',
  ).length;
  if (unproven > 0) flaws.push(`${unproven} results were never looked into`);
  if (kinds.includes('pair') && !isCaught) flaws.push('no pair was convicted');
  if (count < whole) flaws.push(`only ${count} of ${whole} tiles after ${seconds.toFixed(0)} s`);
  return {
    flaws,
    figures: { seed, unseen, proofs, ...figuresOf(books, play, seconds, count, memory, asker.requests) },
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

async function startAll(hubs: readonly HubProcess[]): Promise<void> {
  for (const hub of hubs) await hub.start();
}

async function newDatabase({ folder }: Cluster): Promise<string> {
  await askPostgres(folder, 'postgres', 'create database simulation');
  return addressOf(folder, 'simulation');
}

/** Waits until all results are decided on, or proven by the hub's own calculation, ends the hubs, and reads what their database says. */
async function settled(
  hubs: readonly HubProcess[],
  say: (line: string) => void,
  until: 'decided' | 'proven',
): Promise<Books> {
  for (let tries = 0; ; tries++) {
    await delay(tries === 0 ? 3000 : Math.min(60_000, 10_000 * 1.5 ** (tries - 1)));
    for (const hub of hubs) {
      const ended = await hub.stop();
      if (ended.code !== 0) throw new Error(`a hub ended with ${ended.code}: ${ended.err}`);
    }
    const books = await hubs[0].inDatabase(readBooks);
    const open = books.results.filter(
      ({ state, suspect, proof }) =>
        state === 'pending' || suspect || (until === 'proven' && state === 'valid' && proof !== 'recomputed'),
    ).length;
    if (open === 0 || tries === 60) return books;
    say(`${open} results are not ${until}`);
    await startAll(hubs);
  }
}

/** How many results were believed, by what. */
function countProofs({ results }: Books): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { proof } of results) if (proof !== null) counts[proof] = (counts[proof] ?? 0) + 1;
  return counts;
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
  const of = (state: string): number => results.filter((one) => one.state === state).length;
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
    misled: play.misled,
    leases,
    tiles,
    requests,
    requestsPerSecond: Math.round(requests / seconds),
    uploadsPerSecond: Number((play.uploads / seconds).toFixed(1)),
    memory: [at(0.1), at(0.25), at(0.5), at(0.75), at(1)],
  };
}
