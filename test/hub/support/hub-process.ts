import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../../src/hub/db/database.js';
import { digestOf } from '../../../src/hub/secrets.js';
import { start, type Ended, type Mandeld } from '../../e2e/support/mandeld.js';

/** A hub in a process of its own, which may be killed and started again at the same port. */
export class HubProcess {
  readonly root: string;
  /** Its data folder, or the address of a PostgreSQL server's database. */
  readonly database: string;
  readonly #more: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #port = 0;
  #program: Mandeld | null = null;
  /** What it has logged in earlier lives. */
  log = '';

  constructor(root: string, database: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.root = root;
    this.database = database;
    this.#more = more;
    this.#env = env;
  }

  get #isOnServer(): boolean {
    return this.database.startsWith('postgres');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get program(): Mandeld {
    if (this.#program === null) throw new Error('the hub does not run');
    return this.#program;
  }

  /** Starts it, and waits until it answers. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const common = [
      '--port',
      `${this.#port}`,
      '--json',
      this.#isOnServer ? '--db' : '--data',
      this.database,
      ...(this.#more.some((one) => one.startsWith('--client')) ? [] : ['--client', 'hub']),
      '--workers',
      '0',
    ];
    const program = start(['hub', this.root, ...common, '--trust-proxy', '--min-free', '1M', ...this.#more], {
      ...this.#env,
      ...env,
    });
    this.#program = program;
    const end = Date.now() + 60_000;
    let url: string | undefined;
    while (url === undefined) {
      url = /"url":"([^"]+)"/.exec(program.out)?.[1];
      if (program.process.exitCode !== null || program.process.signalCode !== null || Date.now() > end)
        throw new Error(`the hub did not start: ${program.err}`);
      await delay(20);
    }
    this.#port = Number(new URL(url).port);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    const ended = await this.program.kill(signal);
    this.log += ended.err;
    this.#program = null;
    return ended;
  }

  /** Memory that the process has, in MB. */
  get megabytes(): number {
    try {
      const text = readFileSync(`/proc/${this.program.process.pid}/status`, 'latin1');
      return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      return 0;
    }
  }

  /** Looks into its database, while it does not run. */
  async inDatabase<T>(look: (db: Database) => Promise<T>): Promise<T> {
    const place = this.#isOnServer ? { url: this.database } : { folder: `${this.database}/database` };
    const db = await openDatabase(place, () => undefined);
    try {
      return await look(db);
    } finally {
      await db.destroy();
    }
  }

  /**
   * Makes accounts, before it is started: their tokens are `token-NAME`.
   *
   * @param streaks valid results that each has had in a row
   */
  async enrol(streaks: Readonly<Record<string, number>>): Promise<Map<string, number>> {
    if (!this.#isOnServer) await mkdir(this.database, { recursive: true });
    return await this.inDatabase(async (db) => {
      const ids = new Map<string, number>();
      await db.transaction().execute(async (tx) => {
        for (const [name, streak] of Object.entries(streaks)) {
          const { id } = await tx
            .insertInto('account')
            .values({ name, name_key: name, password: null, streak })
            .returning('id')
            .executeTakeFirstOrThrow();
          await tx
            .insertInto('token')
            .values({ account: id, name: 'test', digest: digestOf(`token-${name}`) })
            .execute();
          ids.set(name, id);
        }
      });
      return ids;
    });
  }
}

/** Everything that the database says, in plain words. */
export interface Books {
  readonly results: readonly {
    readonly id: number;
    readonly name: string;
    readonly address: string;
    readonly digest: Uint8Array;
    readonly state: string;
    readonly proof: string | null;
    readonly reason: string | null;
    readonly suspect: boolean;
    readonly beans: number;
    readonly lines: number;
  }[];
  readonly leases: Readonly<Record<string, number>>;
  /** Leases that are held although their time was over long ago. */
  readonly forgotten: number;
  readonly tiles: Readonly<Record<string, number>>;
  readonly streaks: ReadonlyMap<string, number>;
}

export async function readBooks(db: Database): Promise<Books> {
  const results = await db
    .selectFrom('result')
    .innerJoin('account', 'account.id', 'result.account')
    .leftJoin('bean', 'bean.result', 'result.id')
    .select(['result.id', 'result.address', 'result.digest', 'result.state', 'result.proof', 'result.reason'])
    .select(['result.suspect', sql<string>`account.name`.as('name')])
    .select(sql<number>`coalesce(sum(bean.amount), 0)::bigint`.as('beans'))
    .select(sql<number>`count(bean.id)`.as('lines'))
    .groupBy(['result.id', 'account.name'])
    .orderBy('result.id')
    .execute();
  const count = async (table: 'lease' | 'tile'): Promise<Record<string, number>> => {
    const rows = await db
      .selectFrom(table)
      .select(['state', sql<number>`count(*)`.as('count')])
      .groupBy('state')
      .execute();
    return Object.fromEntries(rows.map((row) => [row.state, row.count]));
  };
  const forgotten = await db
    .selectFrom('lease')
    .select('id')
    .where('state', '=', 'held')
    .where('expires', '<', sql<Date>`now() - interval '20 seconds'`)
    .execute();
  const accounts = await db.selectFrom('account').select(['name', 'streak']).execute();
  return {
    results,
    leases: await count('lease'),
    forgotten: forgotten.length,
    tiles: await count('tile'),
    streaks: new Map(accounts.map(({ name, streak }) => [name ?? '', streak])),
  };
}
