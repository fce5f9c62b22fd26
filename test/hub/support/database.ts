import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, inject, onTestFinished } from 'vitest';
import { migrate, openDatabase, type Database } from '../../../src/hub/db/database.js';
import { addressOf, askPostgres } from './postgres.js';

/** A database of a test's own. */
export interface TestDatabase {
  readonly db: Database;
  /** A second hub's connections to it. The embedded database has one hub only, which is given then. */
  readonly another: () => Promise<Database>;
}

/** Tests of a server only. */
export const describeServer: typeof describe | typeof describe.skip =
  inject('postgres') === null ? describe.skip : describe;

/** Runs tests on the embedded database, and on a PostgreSQL server where there is one. Each test asks for a fresh database. */
export function onEachDatabase(
  body: (fresh: () => Promise<TestDatabase>, kind: 'embedded' | 'server') => void,
): void {
  describe('embedded', () => body(useEmbedded(), 'embedded'));
  describeServer('server', () => body(freshOnServer, 'server'));
}

/** One engine for a file, emptied for each test: it takes a second to start. */
export function useEmbedded(): () => Promise<TestDatabase> {
  let folder = '';
  let db: Database | null = null;
  let isUsed = false;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-db-'));
    db = await copyEmbedded(join(folder, 'database'));
  });
  afterAll(async () => {
    await db?.destroy();
    await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    if (db === null) throw new Error('expected a database');
    const own = db;
    if (isUsed) {
      await sql`drop schema public cascade`.execute(own);
      await sql`create schema public`.execute(own);
      await migrate(own);
    }
    isUsed = true;
    return { db: own, another: async () => await Promise.resolve(own) };
  };
}

/** Copies the embedded database with nothing in it, and opens it. */
async function copyEmbedded(to: string): Promise<Database> {
  await cp(inject('embedded'), to, { recursive: true });
  return await openDatabase({ folder: to }, () => undefined);
}

/** A new database on the server, until the test ends. @returns its address */
export async function newServerDatabase(): Promise<string> {
  const folder = inject('postgres');
  if (folder === null) throw new Error('expected a PostgreSQL server');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await askPostgres(folder, 'postgres', `create database ${name}`);
  onTestFinished(
    async () => void (await askPostgres(folder, 'postgres', `drop database if exists ${name} with (force)`)),
  );
  return addressOf(folder, name);
}

async function freshOnServer(): Promise<TestDatabase> {
  const url = await newServerDatabase();
  const open = async (): Promise<Database> => {
    const db = await openDatabase({ url }, () => undefined);
    onTestFinished(async () => await db.destroy());
    return db;
  };
  return { db: await open(), another: open };
}
