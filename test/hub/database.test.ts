import fs, { readlinkSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { MIGRATIONS } from '../../src/hub/db/migrations.js';
import { PglitePool } from '../../src/hub/db/pglite-pool.js';
import type { Schema } from '../../src/hub/db/schema.js';
import { migrate, openDatabase, type Database } from '../../src/hub/db/database.js';
import { DURABLE, DurableFS } from '../../src/hub/db/durable-fs.js';
import { describeServer, newServerDatabase, onEachDatabase } from './support/database.js';
import { newcomer } from './support/people.js';

async function tablesOf(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

onEachDatabase((fresh) => {
  it('has the schema, and bringing it up to date again changes nothing', async () => {
    const { db } = await fresh();
    const tables = await tablesOf(db);
    expect(tables).toEqual(
      expect.arrayContaining(['account', 'bean', 'lease', 'result', 'session', 'tile', 'token']),
    );
    const ann = await newcomer(db);
    await migrate(db);
    expect(await tablesOf(db)).toEqual(tables);
    expect(await db.selectFrom('account').select('id').execute()).toEqual([{ id: ann }]);
  });

  it('refuses a schema of a later version', async () => {
    const { db } = await fresh();
    await sql`insert into kysely_migration (name, timestamp) values ('999-later', '2099-01-01')`.execute(db);
    await expect(migrate(db)).rejects.toThrow(/999-later/);
  });

  it('gives numbers as numbers, bytes as bytes and times as times', async () => {
    const { db } = await fresh();
    const { rows } = await sql<
      Record<string, unknown>
    >`select 9007199254740991::bigint as big, count(*) as count,
      '\\x00ff0a'::bytea as bytes, now() as time, null as nothing from (values (1), (2)) as two`.execute(db);
    const [{ bytes, time, ...rest }] = rows;
    expect(rest).toEqual({ big: Number.MAX_SAFE_INTEGER, count: 2, nothing: null });
    expect([...(bytes as Uint8Array)]).toEqual([0, 255, 10]);
    expect(time).toBeInstanceOf(Date);
  });

  it('undoes a transaction that fails, and goes on', async () => {
    const { db } = await fresh();
    await expect(
      db.transaction().execute(async (tx) => {
        await newcomer(tx);
        await sql`select 1 / 0`.execute(tx);
      }),
    ).rejects.toThrow(/division by zero/);
    expect(await db.selectFrom('account').selectAll().execute()).toEqual([]);
    await newcomer(db);
  });

  it('lets nobody see half of a transaction', async () => {
    const { db } = await fresh();
    const count = async (): Promise<number> => (await db.selectFrom('account').select('id').execute()).length;
    const seen: Promise<number>[] = [];
    const writing = db.transaction().execute(async (tx) => {
      for (let i = 0; i < 20; i++) {
        await newcomer(tx);
        seen.push(count());
      }
    });
    await writing;
    expect((await Promise.all(seen)).filter((number) => number !== 0 && number !== 20)).toEqual([]);
  });
});

describeServer('several hubs', () => {
  it('may make the schema of an empty database at the same time', async () => {
    const url = await newServerDatabase();
    const opened = await Promise.allSettled(
      Array.from({ length: 6 }, async () => await openDatabase({ url }, () => undefined)),
    );
    await Promise.all(
      opened.map(async (one) => (one.status === 'fulfilled' ? await one.value.destroy() : undefined)),
    );
    expect(opened.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))).toEqual([]);
  });

  it('have a connection again after the server has ended those that were idle', async () => {
    const url = await newServerDatabase();
    const errors: Error[] = [];
    const db = await openDatabase({ url }, (error) => errors.push(error));
    const other = await openDatabase({ url }, () => undefined);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(other);
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await newcomer(db);
    await Promise.all([db.destroy(), other.destroy()]);
  });
});

describeServer('a connection that is in use', () => {
  it('may break: its transaction fails, and the next one has another connection', async () => {
    const url = await newServerDatabase();
    const db = await openDatabase({ url }, () => undefined);
    const other = await openDatabase({ url }, () => undefined);
    const broken = db.transaction().execute(async (tx) => {
      await newcomer(tx);
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await sql`select pg_terminate_backend(${rows[0].pid})`.execute(other);
      // The news of it comes while nothing is asked.
      await delay(500);
      await newcomer(tx);
    });
    await expect(broken).rejects.toThrow();
    await newcomer(db);
    expect(await other.selectFrom('account').select('id').execute()).toHaveLength(1);
    await Promise.all([db.destroy(), other.destroy()]);
  });
});

describe('the embedded database', () => {
  it('has what was committed on the disk, not only in the memory of the system', async () => {
    const folder = await newFolder();
    await cp(inject('embedded'), folder, { recursive: true });
    const db = await openDatabase({ folder }, () => undefined);
    const { rows } = await sql<{ fsync: string }>`show fsync`.execute(db);
    expect(rows).toEqual([{ fsync: 'on' }]);
    await db.destroy();

    const engine = await PGlite.create({ fs: new DurableFS(folder), startParams: DURABLE });
    const sync = vi.spyOn(fs, 'fsyncSync');
    const synced = (): string[] => sync.mock.calls.map(([descriptor]) => names.get(descriptor) ?? 'unknown');
    const names = new Map<number, string>();
    sync.mockImplementation(
      (descriptor) => void names.set(descriptor, readlinkSync(`/proc/self/fd/${descriptor}`)),
    );
    try {
      await engine.query("insert into account (name, name_key) values ('a', 'a')");
      expect(synced()).toEqual([expect.stringContaining('/pg_wal/')]);
      sync.mockClear();
      await engine.exec('checkpoint');
      // Pages and the control file; and the folders of files that were made or renamed.
      expect(synced()).toContainEqual(expect.stringContaining('/base/'));
      expect(synced()).toContainEqual(expect.stringContaining('/pg_control'));
    } finally {
      vi.restoreAllMocks();
      await engine.close();
    }
  });

  it('is made anew when the first time was cut off, and is whole after a kill', async () => {
    const folder = await newFolder();
    await mkdir(`${folder}.new/base`, { recursive: true });
    await writeFile(`${folder}.new/PG_VERSION`, '17');
    const db = await openDatabase({ folder }, () => undefined);
    const ann = await newcomer(db);
    await db.destroy();
    expect((await readdir(dirname(folder))).toSorted()).toEqual(['database']);
    const again = await openDatabase({ folder }, () => undefined);
    expect(await again.selectFrom('account').select('id').execute()).toEqual([{ id: ann }]);
    await again.destroy();
  });

  it('says so when there is something else in its folder', async () => {
    const folder = await newFolder();
    await writeFile(folder, 'a letter');
    await expect(openDatabase({ folder }, () => undefined)).rejects.toMatchObject({ code: 'EHUBDATA' });
    expect(await readFile(folder, 'utf8')).toBe('a letter');
  });
});

/** Where a database may be, in a folder that goes with the test. */
async function newFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'mandeld-hub-db-'));
  onTestFinished(async () => await rm(parent, { recursive: true, force: true }));
  return join(parent, 'database');
}

describe('an address of a database', () => {
  it('where nobody answers is an error at once', async () => {
    const opening = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' }, () => undefined);
    await expect(opening).rejects.toMatchObject({
      code: 'EHUBDATA',
      message: '--db: the database cannot be used: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});

describe('the migration to pictures', () => {
  it('keeps places that are there, whatever their coordinates', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-old-'));
    onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
    const pool = await PglitePool.open(join(folder, 'database'));
    const old = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
    const getMigrations = async () => await Promise.resolve({ ...MIGRATIONS });
    const { error } = await new Migrator({ db: old, provider: { getMigrations } }).migrateTo('004-places');
    expect(error).toBeUndefined();
    const ann = await newcomer(old);
    for (const re of ['-0.75', '1e999999999', `0.${'3'.repeat(1990)}`])
      await sql`insert into place (account, title, text, links, re, im, radius, theme, tags, search)
        values (${ann}, 'A place', '', '[]', ${re}, '1e-400', '1', 'Classic', '{}', 'a'::tsvector)`.execute(
        old,
      );
    await old.destroy();
    const db = await openDatabase({ folder: join(folder, 'database') }, () => undefined);
    const found = await db.selectFrom('place').select(['re_near', 'im_near']).orderBy('id').execute();
    expect(found).toEqual([
      { re_near: -0.75, im_near: 0 },
      { re_near: Infinity, im_near: 0 },
      { re_near: 1 / 3, im_near: 0 },
    ]);
    await db.destroy();
  });
});
