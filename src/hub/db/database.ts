import { Kysely, Migrator, PostgresDialect, type Transaction } from 'kysely';
import { MIGRATIONS } from './migrations.js';
import { PglitePool } from './pglite-pool.js';
import type { Schema } from './schema.js';
import { openServerPool } from './server-pool.js';

export type Database = Kysely<Schema>;
/** A database, or a transaction in it. */
export type Queries = Kysely<Schema> | Transaction<Schema>;

/** Where the database is: a folder for the embedded one, or the address of a PostgreSQL server. */
export type DatabasePlace = { readonly folder: string } | { readonly url: string };

/**
 * Opens the hub's database and brings its schema up to date. It must be destroyed.
 *
 * @param onError told of connections to a server that break while nobody uses them
 * @throws the database's errors; an Error when its schema is of a later version
 */
export async function openDatabase(place: DatabasePlace, onError: (error: Error) => void): Promise<Database> {
  const pool = 'folder' in place ? await PglitePool.open(place.folder) : openServerPool(place.url, onError);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
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
