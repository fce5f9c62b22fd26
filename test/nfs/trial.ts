import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../support/random.js';
import { copyDisk, readDisk } from './disk.js';
import { Guest, type Machine } from './guest.js';
import { flawsAfterCut, flawsOfFinished, type Reference } from './inspection.js';

/** Tiles are made down to this level: 114 are subdivided, in some 30 seconds of an undisturbed guest. */
export const LEVEL = 7;
/** Seconds of silence after which a client counts as dead. */
export const LEASE = 4;
/** Power cuts while daemons work; one more comes when they have ended. */
const CUTS = 4;
/** Until so many milliseconds after a trial's beginning there are more; four trials then end within eight minutes. */
const MORE_CUTS = 48_000;
/** How long the power stays away by the guest's clock, seconds: a lock that was held is abandoned after 60. */
const OUTAGE = 61;
/** For what should take seconds; milliseconds. */
const PATIENCE = 90_000;

/** A way to mount. */
export interface Mount {
  readonly name: string;
  /** As for mount.nfs. */
  readonly options: string;
}

/** What a trial did and found. */
export interface Outcome {
  readonly kills: number;
  readonly cuts: number;
  /** Flaws of the cache, and daemons that ended otherwise than they should. None: passed. */
  readonly flaws: readonly string[];
}

/** A client machine, and the daemon on it. */
interface Client {
  readonly machine: 'c1' | 'c2';
  /** Of the daemon, as in `--client`. */
  name: string;
  /** Of this run of a daemon: of its log, and in commands to the guest. */
  run: string;
  mode: 'working' | 'killed' | 'finished';
}

/**
 * One way to mount through a whole cache run. Boots the guest, starts a daemon on either client, mostly kills one and
 * starts another in its place, cuts the power, and looks at the disk as the next boot will find it; and again. At last
 * daemons are killed on both sides, one of them stays dead for longer than its lease, and the others finish the cache;
 * the power is cut for the last time, and the cache must equal that of an undisturbed run.
 */
export class Trial {
  private readonly machine: Machine;
  private readonly mount: Mount;
  private readonly random: Random;
  private readonly reference: Reference;
  private readonly tell: (event: string) => void;
  private readonly clients: readonly [Client, Client] = [
    { machine: 'c1', name: 'a', run: '', mode: 'killed' },
    { machine: 'c2', name: 'b', run: '', mode: 'killed' },
  ];
  private readonly flaws: string[] = [];
  private guest: Guest | null = null;
  private runs = 0;
  private kills = 0;
  private cuts = 0;

  /** @param tell told what happens */
  constructor(
    machine: Machine,
    mount: Mount,
    random: Random,
    reference: Reference,
    tell: (event: string) => void,
  ) {
    this.machine = machine;
    this.mount = mount;
    this.random = random;
    this.reference = reference;
    this.tell = tell;
  }

  /** Carries it out. */
  async run(): Promise<Outcome> {
    const start = performance.now();
    const isDue = (): boolean => this.cuts < CUTS || performance.now() < start + MORE_CUTS;
    let inspected = Promise.resolve();
    try {
      while (isDue() && this.flaws.length === 0) {
        await this.disturb();
        await inspected;
        inspected = this.inspect(await this.cut(), false); // while the next guest boots
      }
      await inspected;
      if (this.flaws.length === 0) {
        await this.finish();
        await this.inspect(await this.cut(), true);
      }
    } catch (error) {
      this.flaws.push(String(error));
    } finally {
      await this.guest?.cut();
      await inspected.catch(() => undefined);
    }
    const { kills, cuts, flaws } = this;
    return { kills, cuts, flaws };
  }

  /** Daemons on either side; mostly one is killed and comes back. */
  private async disturb(): Promise<void> {
    await this.boot();
    await delay(this.random.between(100, 2000));
    if (this.random.below(3) > 0) {
      const victim = this.clients[this.random.below(2)];
      this.kill(victim);
      this.start(victim);
    }
    await delay(this.random.between(500, 4000));
  }

  /** Daemons on either side until nothing is left to do. */
  private async finish(): Promise<void> {
    await this.boot();
    const first = this.random.below(2);
    await delay(this.random.between(100, 2000));
    this.kill(this.clients[first]);
    await delay(1000 * LEASE + this.random.between(500, 2500));
    this.start(this.clients[first]);
    await delay(this.random.between(100, 2000));
    this.kill(this.clients[1 - first]);
    this.start(this.clients[1 - first]);
    await this.wait('both daemons to finish', () => this.clients.every(({ mode }) => mode === 'finished'));
  }

  private async boot(): Promise<void> {
    this.tell(`boot ${this.cuts + 1}`);
    const guest = await Guest.boot(this.machine, this.mount.options, OUTAGE * this.cuts);
    this.guest = guest;
    this.tell('mounted');
    guest.on('died', () => this.flaws.push('the guest ended by itself'));
    guest.on('ended', (run, status) => void this.ended(run, status));
    for (const client of this.clients) this.start(client);
    await this.wait('both daemons to start', async () =>
      (
        await Promise.all(this.clients.map(async (client) => (await this.log(client)).includes('"started"')))
      ).every(Boolean),
    );
  }

  /** Starts a daemon; under its former name, or a new one. */
  private start(client: Client): void {
    if (this.random.below(2) === 0) client.name = `${client.name[0]}${this.runs}`;
    client.run = `${this.mount.name.replaceAll(' ', '-')}.${this.runs++}.${client.name}`;
    client.mode = 'working';
    this.tell(`start ${client.run}`);
    const cache = `/run/lab/${client.machine}/cache`;
    const options = `--workers 1 --min-free 1M --max-level ${LEVEL} --until-idle`;
    this.guest?.tell(
      `${client.machine} start ${client.run} --cache ${cache} --client ${client.name} ${options}`,
    );
  }

  private kill(client: Client): void {
    if (client.mode !== 'working') return;
    client.mode = 'killed';
    this.kills++;
    this.tell(`kill ${client.run}`);
    this.guest?.tell(`${client.machine} kill ${client.run}`);
  }

  /** A daemon's end was reported. */
  private async ended(run: string, status: number): Promise<void> {
    const client = this.clients.find((one) => one.run === run);
    if (client?.mode !== 'working') return; // it was killed
    client.mode = 'finished';
    this.tell(`${run} ended with ${status}`);
    if (status === 0) return;
    const log = await this.log(client);
    if (status === 3 && log.includes('ECLIENTBUSY'))
      this.start(client); // the lease of its former life is not over
    else this.flaws.push(`daemon ${run} ended with ${status}: ${log.slice(-1000)}`);
  }

  /** Returns a copy of the disk. */
  private async cut(): Promise<string> {
    await this.guest?.cut();
    this.guest = null;
    this.cuts++;
    this.tell(`power cut ${this.cuts}`);
    const copy = `${this.machine.disk}.copy`;
    await copyDisk(this.machine.disk, copy);
    return copy;
  }

  private async inspect(disk: string, isFinished: boolean): Promise<void> {
    const folder = join(this.machine.shared, 'found');
    await readDisk(this.machine.packages, disk, '/cache', folder);
    this.tell(
      `the disk after power cut ${this.cuts}: ${(await readdir(join(folder, 'cache/done'))).length} tiles done`,
    );
    const flawsOf = isFinished ? flawsOfFinished : flawsAfterCut;
    const program = join(this.machine.repository, 'bin/mandeld.js');
    const flaws = await flawsOf(program, join(folder, 'cache'), this.reference);
    this.flaws.push(...flaws.map((flaw) => `after power cut ${this.cuts}: ${flaw}`));
  }

  private async log(client: Client): Promise<string> {
    return await readFile(join(this.machine.shared, 'log', client.run), 'utf8').catch(() => '');
  }

  private async wait(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      if (this.flaws.length > 0) throw new Error(`waiting for ${what} was given up`);
      if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
      await delay(50);
    }
  }
}
