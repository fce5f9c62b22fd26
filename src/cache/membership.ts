import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { basename } from 'node:path';
import { disk } from './disk.js';
import { list, makeFolder } from './files.js';
import { assertFolders, findObstacles, removeObstacles } from './folders.js';
import { checkClientName } from './client-name.js';
import { CacheError, systemCode } from './cache-error.js';
import { TOKEN_PREFIX, type Layout, type WorkLayout } from './layout.js';
import { hasDied, isAlive, seeClient, seeClients, type SeenClient } from './liveness.js';
import type { CacheLock, HeldLock } from './lock.js';
import { processTable } from './process-table.js';
import { recoverClient, removeClient, type Recovered } from './recover.js';
import { serverTime, sweepClocks } from './server-time.js';
import type { Settings } from './settings.js';
import { writeStatus, type ClientStatus } from './status-file.js';
import { Token } from './token.js';

/** Who a client is; given by the program that runs it. */
export interface Identity {
  readonly client: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly workers: number;
}

/** What a heartbeat tells beside the identity. */
export type Activity = Pick<
  ClientStatus,
  | 'state'
  | 'subdivided'
  | 'rate'
  | 'holding'
  | 'made'
  | 'rate5m'
  | 'current'
  | 'lockWait'
  | 'errors'
  | 'lastError'
  | 'lends'
>;

/** Heartbeats a lease: an NFS client may see one 30 seconds late, and one may be lost. */
export const BEATS_PER_LEASE = 6;

/**
 * A client's place in a cache: its work folder and heartbeat, from joining to leaving.
 *
 * Joining makes the folder, or takes over what a dead client of the name has left; a live one is an error. From then on
 * the client beats. Before it does anything that counts it proves by renaming a token in its folder that the place is its own: a rename tells
 * the truth where reading may be answered from a cache, and whoever recovers a client takes that token away first. Should it be gone, the
 * client was taken for dead: it is fenced, holds nothing any more, and may join again.
 */
export class Membership {
  readonly work: WorkLayout;
  readonly #layout: Layout;
  readonly #settings: Settings;
  readonly #identity: Identity;
  readonly #session: string = randomUUID();
  readonly #started: string;
  readonly #table: string;
  readonly #token: Token;
  #skew = 0;
  /** The heart proves at the same time as the loop. */
  #proving: Promise<void> = Promise.resolve();

  private constructor(layout: Layout, settings: Settings, identity: Identity, started: Date) {
    this.#layout = layout;
    this.#settings = settings;
    this.#identity = identity;
    this.#started = started.toISOString();
    this.#table = processTable();
    this.work = layout.work(identity.client);
    this.#token = new Token(this.work.folder, `${TOKEN_PREFIX}${this.#session}`);
  }

  /**
   * Joins a cache.
   *
   * @param started now, by the local clock; only to be shown
   * @throws CacheError ECLIENTNAME, ECLIENTBUSY, or EWRITE when the directory cannot be written to
   */
  static async join(
    layout: Layout,
    settings: Settings,
    identity: Identity,
    lock: CacheLock,
    started: Date,
  ): Promise<{ membership: Membership; recovered: Recovered | null }> {
    checkClientName(identity.client);
    const membership = new Membership(layout, settings, identity, started);
    const recovered = await lock.run(async (held) => await membership.#enter(held));
    return { membership, recovered };
  }

  async #enter(held: HeldLock): Promise<Recovered | null> {
    const { client } = this.#identity;
    // Before anything is read in it, or made.
    await removeObstacles(this.work);
    const present = await seeClient(this.#layout, client, await this.#now());
    let recovered: Recovered | null = null;
    if (present.age < Infinity) {
      // Whoever joins writes its first heartbeat under the lock, which is ours: a folder without one is a dead client's.
      // readdir tells the truth on NFS, where opening a file that was missing a moment ago does not.
      const hasBeaten = (await list(this.work.folder)).includes(basename(this.work.status));
      if (hasBeaten && this.#isAlive(present)) throw busy(this.#layout, present, this.#settings);
      recovered = await recoverClient(this.#layout, client, held);
    }
    for (const folder of this.work.folders) await makeFolder(folder);
    await this.#token.create('');
    await this.#write({ state: 'idle', subdivided: 0, rate: 0, holding: [] });
    return recovered;
  }

  /**
   * Says that this client is alive.
   *
   * @throws CacheError EFENCED when others have taken it for dead
   */
  async beat(activity: Activity): Promise<void> {
    await this.assertMember();
    await this.#write(activity);
  }

  /** @throws CacheError EFENCED when others have taken this client for dead */
  async assertMember(): Promise<void> {
    const earlier = this.#proving;
    const proof = earlier.catch(() => undefined).then(async () => await this.#prove());
    this.#proving = proof;
    await proof;
  }

  async #prove(): Promise<void> {
    const isIntact = (await findObstacles(this.work)).length === 0;
    if (isIntact && (await this.#token.prove())) return;
    throw new CacheError(
      'EFENCED',
      this.work.folder,
      `Others took client ${this.#identity.client} for dead after ${this.#settings.lease} s without a heartbeat and recovered its ` +
        'work, so what it was computing is given up. Nothing is lost. Was this machine asleep, or cut off from the file server?',
    );
  }

  /** The other clients of this cache, by the file server's time. */
  async others(): Promise<{ all: SeenClient[]; dead: SeenClient[] }> {
    const now = await this.#now();
    const all = (await seeClients(this.#layout, now)).filter(({ name }) => name !== this.#identity.client);
    await sweepClocks(this.#layout, all, now - this.#settings.lease * 1000);
    return { all, dead: all.filter((client) => !this.#isAlive(client)) };
  }

  /** By how many milliseconds the file server's clock was ahead of this machine's when it was looked at last. */
  get skew(): number {
    return this.#skew;
  }

  /** Whether another client is there and counts as dead. */
  async isDead(name: string): Promise<boolean> {
    return await hasDied(this.#layout, name, await this.#now(), this.#settings.lease, this.#table);
  }

  /** Leaves the cache; nothing may be held any more. What is all the same stays, for whoever recovers it. */
  async leave(): Promise<void> {
    await removeClient(this.#layout, this.#identity.client);
  }

  #isAlive(client: SeenClient): boolean {
    return isAlive(client, this.#settings.lease, this.#table);
  }

  /** The file server's time. */
  async #now(): Promise<number> {
    const before = Date.now();
    const now = await serverTime(this.#layout.clock(this.#identity.client));
    // Taken somewhere in between; coarse where the file server counts in seconds.
    const after = Date.now();
    this.#skew = now < before ? now - before : Math.max(0, now - after);
    return now;
  }

  async #write(activity: Activity): Promise<void> {
    const { client, host, pid, version, workers } = this.#identity;
    const status: ClientStatus = {
      client,
      session: this.#session,
      host,
      pid,
      processes: this.#table,
      version,
      started: this.#started,
      workers,
      ...activity,
    };
    await writeStatus(this.work.status, status);
  }
}

/**
 * Makes the folders that a copied or young cache may lack, and finds out whether it can be written to.
 *
 * @throws CacheError EWRITE, or EFOLDER when a folder leads out of the cache
 */
export async function prepareFolders(layout: Layout): Promise<void> {
  await assertFolders(layout);
  try {
    for (const folder of layout.folders) await makeFolder(folder);
    for (const folder of [layout.root, ...layout.folders]) {
      await disk.access(folder, constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    throw new CacheError(
      'EWRITE',
      layout.root,
      `${layout.root} cannot be written to (${systemCode(error) ?? String(error)}): expected a directory in which this user may ` +
        'make files in todo/, done/, tile/, lock/ and work/. Check its owner and mode, and that it is not mounted read-only.',
      { cause: error },
    );
  }
}

function busy(layout: Layout, client: SeenClient, settings: Settings): CacheError {
  const where = client.status ? `, process ${client.status.pid} on ${client.status.host}` : '';
  const wait = Math.max(1, Math.ceil(settings.lease - client.age));
  return new CacheError(
    'ECLIENTBUSY',
    layout.work(client.name).folder,
    `A daemon named ${client.name} is already working in ${layout.root}${where}: its last heartbeat is ` +
      `${client.age.toFixed(0)} s old. Give this one another name with --client. If that daemon died with its machine, its name ` +
      `is free again in ${wait} s.`,
  );
}
