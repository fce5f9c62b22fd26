import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import type { Address } from '../../../src/tile/address.js';
import type { Lease } from '../../../src/wire/messages.js';
import { daemon, killAll, run } from '../../e2e/support/mandeld.js';
import { HubProcess } from './hub-process.js';
import { Truth } from './truth.js';
import { Asker, Client, HubAnswer } from './volunteer.js';

/** Level of the finished cache, and of the one that each test begins with. */
const LEVEL = 5;
const BEGUN = 3;

/** What a volunteer sends for a tile, given what is right; null: nothing. */
export type Answering = (right: Uint8Array, address: Address) => Uint8Array | null;
export const honestly: Answering = (right) => right;

/** Gives every test of a file a cache that is begun, a hub and volunteers; whatever a test leaves is removed. */
export function useStage(): Stage {
  const stage = new Stage();
  beforeAll(async () => await stage.open());
  afterEach(killAll);
  afterAll(async () => await stage.close());
  return stage;
}

export class Stage {
  #folder = '';
  #count = 0;
  #truth: Truth | null = null;
  readonly #asker = new Asker();

  get truth(): Truth {
    if (this.#truth === null) throw new Error('the stage is not open');
    return this.#truth;
  }

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
    this.#truth = await Truth.open(join(this.#folder, 'truth'), LEVEL);
    await run('init', join(this.#folder, 'template'), '--lease', '2');
    await daemon(join(this.#folder, 'template'), 'first', '--until-idle', '--max-level', `${BEGUN}`).ended;
  }

  async close(): Promise<void> {
    this.#asker.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  /** A hub that does not run yet, on a cache of its own. */
  async hub(more: Readonly<Record<string, number>> = {}): Promise<HubProcess> {
    const name = `${this.#count++}`;
    const root = join(this.#folder, `cache-${name}`);
    await cp(join(this.#folder, 'template'), root, { recursive: true, preserveTimestamps: true });
    const options = { 'max-level': LEVEL, patience: 1, lease: 60, periods: 0, ...more };
    const list = Object.entries(options).flatMap(([key, value]) => [`--${key}`, `${value}`]);
    const data = join(this.#folder, `data-${name}`);
    await cp(inject('embedded'), join(data, 'database'), { recursive: true });
    return new HubProcess(root, data, [...list, '--log-level', 'info'], { MANDELD_AUDITS: '0' });
  }

  client(hub: HubProcess, name: string, network: string): Client {
    return new Client(name, network, () => hub.url, this.#asker);
  }

  /** Tiles that are subdivided in a cache. */
  async done(root: string): Promise<number> {
    return (await readdir(join(root, 'done'))).length;
  }

  /** Checks out what there is within some seconds. */
  async leases(client: Client, count: number, seconds = 10): Promise<Lease[]> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = await client.checkout(count);
      if (found.length > 0 || performance.now() > end) return found;
      await delay(50);
    }
  }

  /** Lets volunteers work until the cache is complete. */
  async finish(hub: HubProcess, answers: ReadonlyMap<Client, Answering>, seconds = 90): Promise<void> {
    const whole = await this.done(this.truth.root);
    const end = performance.now() + seconds * 1000;
    while ((await this.done(hub.root)) < whole) {
      if (performance.now() > end)
        throw new Error(`not complete after ${seconds} s: ${hub.log}${hub.program.err.slice(-3000)}`);
      for (const [client, answer] of answers) {
        const leases = await borne(client.checkout(4));
        // Each for itself: what is not sent would be leased until its time is over.
        for (const lease of leases ?? []) await borne(this.send(client, lease, answer));
      }
      await delay(50);
    }
  }

  async send(client: Client, lease: Lease, answer: Answering): Promise<void> {
    const right = await this.truth.upload(lease.address);
    if (right === null) throw new Error(`there should be no tile ${lease.address}`);
    const body = answer(right, lease.address);
    if (body !== null) await client.upload(lease, body);
  }
}

/** What came, or null: the hub may just be down, and what is leased may be somebody else's by now. */
async function borne<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HubAnswer && ![404, 409, 503].includes(error.status)) throw error;
    return null;
  }
}
