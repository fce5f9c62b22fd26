import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../../src/hub/db/database.js';
import { findPostgres, startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the one PostgreSQL server; null where it is not installed. */
    postgres: string | null;
    /** Folder of an embedded database with the newest schema and nothing in it; whoever wants one makes a copy. */
    embedded: string;
  }
}

/** One server for all tests, and one embedded database: to make one takes seconds, to copy it a moment. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const bin = findPostgres();
  if (bin === null)
    console.warn(
      '\n!!! THE HUB WAS NOT TRIED ON A POSTGRESQL SERVER: initdb and postgres were not found. apt-get install postgresql !!!\n',
    );
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-template-'));
  const embedded = join(folder, 'database');
  const [cluster] = await Promise.all([bin === null ? null : startPostgres(bin), makeEmbedded(embedded)]);
  provide('postgres', cluster?.folder ?? null);
  provide('embedded', embedded);
  return async () => {
    await cluster?.close();
    await rm(folder, { recursive: true, force: true });
  };
}

async function makeEmbedded(folder: string): Promise<void> {
  const db = await openDatabase({ folder }, () => undefined);
  await db.destroy();
}
