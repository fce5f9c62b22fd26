import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { exists } from '../../cache/files.js';
import { Thread } from '../../daemon/thread.js';
import type { Answer, Question } from './pglite-thread.js';

/**
 * PostgreSQL inside this process, in a thread of its own (pglite-thread.ts), as the pool of connections that the query library expects. There is
 * one connection, so that whoever wants it waits for its turn: a transaction is never interleaved with anything else.
 */
export class PglitePool implements PostgresPool {
  readonly #thread: Thread<Question, Answer>;
  /** Settles when the connection is free again. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(thread: Thread<Question, Answer>) {
    this.#thread = thread;
  }

  /** Opens the database in a folder, and makes it when there is none. Only one process may have it open. */
  static async open(folder: string): Promise<PglitePool> {
    if (!(await exists(folder))) await PglitePool.#make(folder);
    return await PglitePool.#start(folder);
  }

  /** Opens a folder, also an empty one. */
  static async #start(folder: string): Promise<PglitePool> {
    const pool = new PglitePool(
      new Thread(new URL('../../../dist/hub/db/pglite-thread.js', import.meta.url), folder),
    );
    try {
      await pool.#ask({ text: 'select 1', parameters: [] });
      return pool;
    } catch (error) {
      await pool.#thread.terminate();
      throw error;
    }
  }

  /** Makes a database beside where it is to stand: there is never half of one. */
  static async #make(folder: string): Promise<void> {
    const made = `${folder}.new`;
    await rm(made, { recursive: true, force: true });
    await (await PglitePool.#start(made)).end();
    for (const name of await readdir(made, { recursive: true })) await syncPath(join(made, name));
    await syncPath(made);
    await rename(made, folder);
    await syncPath(dirname(folder));
  }

  async connect(): Promise<PostgresPoolClient> {
    const before = this.#turn;
    let release: () => void = () => undefined;
    this.#turn = new Promise((resolve) => (release = resolve));
    await before;
    return { query: this.#query, release } as PostgresPoolClient;
  }

  async end(): Promise<void> {
    await this.#turn;
    try {
      await this.#ask(null);
    } finally {
      await this.#thread.terminate();
    }
  }

  readonly #query = async <Row>(
    text: string,
    parameters: readonly unknown[],
  ): Promise<PostgresQueryResult<Row>> => {
    const { rows, affected } = await this.#ask({ text, parameters });
    const [command = ''] = /^\s*\w+/.exec(text) ?? [];
    return {
      command: command.trim().toUpperCase() as PostgresQueryResult<Row>['command'],
      rowCount: affected ?? rows.length,
      rows: rows as Row[],
    };
  };

  /** @throws Error with PostgreSQL's code */
  async #ask(question: Question): Promise<Exclude<Answer, { readonly message: string }>> {
    const answer = await this.#thread.ask(question);
    if ('message' in answer) throw Object.assign(new Error(answer.message), { code: answer.code });
    return answer;
  }
}

/** Waits until what stands at a path is on the disk. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
