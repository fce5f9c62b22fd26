import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, Migrator, PostgresDialect, type Transaction } from 'kysely';
import { HubDataError } from '../data-error.js';
import { MIGRATIONS } from './migrations.js';
import { PglitePool } from './pglite-pool.js';
import type { Schema } from './schema.js';
import { openServerPool } from './server-pool.js';

export type Database = Kysely<Schema>;
/** A database, or a transaction in it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** How often a transaction is tried before its error is given to whoever asked. */
const MOST_TRIES = 8;
/** Pause before another try, in milliseconds, longer each time. */
const AGAIN_MS = 10;
/** PostgreSQL's codes for a deadlock, and for a transaction that does not fit to what others did meanwhile: it was undone, and may be tried again. */
const PASSING = new Set(['40P01', '40001']);

/** Where the database is: a folder for the embedded one, or the address of a PostgreSQL server. */
export type DatabasePlace = { readonly folder: string } | { readonly url: string };

/**
 * Opens the hub's database and brings its schema up to date. It must be destroyed.
 *
 * @param onError told of connections to a server that break while nobody uses them
 * @throws HubDataError when it cannot be reached or used, or its schema is of a later version
 */
export async function openDatabase(place: DatabasePlace, onError: (error: Error) => void): Promise<Database> {
  let db: Database | null = null;
  try {
    const pool = 'folder' in place ? await PglitePool.open(place.folder) : openServerPool(place.url, onError);
    db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
    await migrate(db);
    return db;
  } catch (error) {
    await db?.destroy();
    // Its address is not told: there may be a password in it.
    const which =
      'folder' in place
        ? `the database in ${place.folder} cannot be used`
        : '--db: the database cannot be used';
    const { message, code = '' } = error as Error & { readonly code?: string };
    throw new HubDataError('folder' in place ? place.folder : '--db', `${which}: ${message || code}`, {
      cause: error,
    });
  }
}

/**
 * Runs a transaction: all of it or nothing. Where several hubs on one server wait for each other's rows, the server undoes one of the transactions, which is
 * tried again.
 *
 * @param act may be called several times; changes nothing but the database
 * @throws what `act` throws, errors of the database
 */
export async function inTransaction<T>(
  db: Database,
  act: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction().execute(act);
    } catch (error) {
      const { code = '' } = error as { readonly code?: string };
      if (!PASSING.has(code) || tries === MOST_TRIES) throw error;
      await delay(AGAIN_MS * tries);
    }
  }
}

/** Brings a schema up to date; two hubs that start at once do it one after the other. */
export async function migrate(db: Database): Promise<void> {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => await Promise.resolve({ ...MIGRATIONS }) },
  }).migrateToLatest();
  if (error !== undefined) throw error;
}
