import { sql, type Kysely, type Migration } from 'kysely';

/**
 * The versions of the schema, in order. A migration that was published is never changed: what is to be different comes as the
 * next one.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-volunteers': { up: async (db) => await run(db as Kysely<unknown>, VOLUNTEERS) },
  '002-features': { up: async (db) => await run(db as Kysely<unknown>, FEATURES) },
  '003-demand': { up: async (db) => await run(db as Kysely<unknown>, DEMAND) },
  '004-places': { up: async (db) => await run(db as Kysely<unknown>, PLACES) },
  '005-pictures': { up: async (db) => await addPictures(db as Kysely<unknown>) },
  '006-audits': { up: async (db) => await run(db as Kysely<unknown>, AUDITS) },
};

/** Accounts, leases, results and beans. */
const VOLUNTEERS = [
  `create table account (
    id bigint generated always as identity primary key,
    name text,
    name_key text unique,
    password text,
    role text not null default 'user' check (role in ('user', 'curator', 'admin')),
    streak integer not null default 0 check (streak >= 0),
    created timestamptz not null default now(),
    deleted timestamptz,
    check ((name is null) = (deleted is not null) and (name_key is null) = (name is null))
  )`,
  `create table session (
    digest bytea primary key,
    account bigint not null references account,
    created timestamptz not null default now(),
    expires timestamptz not null
  )`,
  `create index session_account on session (account)`,
  `create table token (
    id bigint generated always as identity primary key,
    account bigint not null references account,
    name text not null,
    digest bytea not null unique,
    created timestamptz not null default now(),
    used timestamptz,
    revoked timestamptz
  )`,
  `create index token_account on token (account)`,
  `create table tile (
    address text primary key,
    hub text not null,
    held boolean not null,
    state text not null default 'ready' check (state in ('ready', 'leased', 'judging', 'doubted', 'aside')),
    attempts integer not null default 0,
    failures integer not null default 0,
    reasons text not null default '',
    rank double precision not null,
    since timestamptz not null default now()
  )`,
  // What a checkout looks for, in its order.
  `create index tile_open on tile (rank) where held and state in ('ready', 'doubted')`,
  `create index tile_judging on tile (hub) where state = 'judging'`,
  `create table lease (
    id bigint generated always as identity primary key,
    address text not null,
    attempt integer not null,
    account bigint not null references account,
    origin text not null,
    state text not null default 'held' check (state in ('held', 'uploaded', 'returned', 'expired', 'failed')),
    issued timestamptz not null default now(),
    expires timestamptz not null,
    unique (address, attempt)
  )`,
  `create index lease_held on lease (expires) where state = 'held'`,
  `create index lease_of_account on lease (account) where state = 'held'`,
  `create table result (
    id bigint generated always as identity primary key,
    lease bigint not null unique references lease,
    account bigint not null references account,
    origin text not null,
    address text not null,
    digest bytea not null,
    body bytea,
    work integer,
    state text not null default 'pending' check (state in ('pending', 'valid', 'false')),
    proof text check (proof in ('replica', 'recomputed', 'alone')),
    reason text,
    suspect boolean not null default false,
    received timestamptz not null default now(),
    decided timestamptz,
    check ((state = 'pending') = (decided is null)),
    check ((state = 'valid') = (proof is not null))
  )`,
  // Raw files are compressed already.
  `alter table result alter column body set storage external`,
  `create index result_of_tile on result (address)`,
  `create index result_suspect on result (id) where suspect`,
  `create index result_of_account on result (account, id)`,
  `create table bean (
    id bigint generated always as identity primary key,
    account bigint not null references account,
    amount integer not null,
    result bigint not null references result,
    kind text not null check (kind in ('granted', 'revoked')),
    at timestamptz not null default now(),
    check ((kind = 'granted') = (amount > 0)),
    unique (result, kind)
  )`,
  `create index bean_of_account on bean (account)`,
  // The ledger is a ledger: not even a mistake in the program may change a line.
  `create function keep_bean() returns trigger language plpgsql as $$ begin raise exception 'the ledger only grows'; end $$`,
  `create trigger bean_is_kept before update or delete on bean for each row execute function keep_bean()`,
  `create trigger bean_is_never_emptied before truncate on bean execute function keep_bean()`,
];

/** What people look at and is not there. */
const DEMAND = [
  `create table demand (
    address text primary key,
    votes double precision not null,
    base double precision not null,
    at timestamptz not null default now()
  )`,
];

/** Hyperbolic components. */
const FEATURES = [
  `create table feature (
    id bigint generated always as identity primary key,
    period integer not null check (period > 0),
    re text not null,
    im text not null,
    re_near double precision not null,
    im_near double precision not null,
    root_re text not null,
    root_im text not null,
    log2_size double precision not null,
    argument double precision not null,
    kind text not null check (kind in ('cardioid', 'disc')),
    address text unique,
    lower_angle text unique,
    upper_angle text unique,
    parent text,
    is_primitive boolean,
    name text,
    word bigint,
    unique (period, re, im)
  )`,
  `create index feature_of_period on feature (period, word)`,
  `create index feature_of_parent on feature (parent)`,
  // How far the list of a period has come.
  `create table feature_list (
    period integer primary key,
    next bigint not null,
    done boolean not null
  )`,
  // What lies in a view, the largest first.
  `create index feature_by_place on feature (im_near, re_near, log2_size)`,
];

/** Things worth seeing, and what people say of them. */
const PLACES = [
  `create table place (
    id bigint generated always as identity primary key,
    account bigint not null references account,
    title text not null,
    text text not null,
    links jsonb not null,
    re text not null,
    im text not null,
    radius text not null,
    theme text not null,
    tags text[] not null,
    search tsvector not null,
    votes integer not null default 0,
    state text not null default 'open' check (state in ('open', 'hidden')),
    created timestamptz not null default now(),
    edited timestamptz
  )`,
  `create index place_search on place using gin (search)`,
  `create index place_tags on place using gin (tags)`,
  `create index place_votes on place (votes desc, id desc) where state = 'open'`,
  `create index place_of_account on place (account, created)`,
  `create table place_vote (
    place bigint not null references place on delete cascade,
    account bigint not null references account,
    primary key (place, account)
  )`,
  `create table comment (
    id bigint generated always as identity primary key,
    place bigint not null references place on delete cascade,
    account bigint not null references account,
    text text not null,
    state text not null default 'open' check (state in ('open', 'hidden')),
    created timestamptz not null default now()
  )`,
  `create index comment_of_place on comment (place, id)`,
  `create index comment_of_account on comment (account, created)`,
  `create table flag (
    subject text not null check (subject in ('place', 'comment')),
    target bigint not null,
    account bigint not null references account,
    reason text not null,
    at timestamptz not null default now(),
    settled timestamptz,
    primary key (subject, target, account)
  )`,
];

/** What the hub has not computed itself is found by its number. */
const AUDITS = [
  `create index result_unproven on result (id) where state = 'valid' and proof <> 'recomputed'`,
];

/** Pictures of places, and where places are in doubles. */
const PICTURES = [
  `alter table place add column re_near double precision, add column im_near double precision`,
  `create table picture (
    place bigint primary key references place on delete cascade,
    key text not null,
    level integer,
    tries integer not null default 0,
    due timestamptz not null default now(),
    digest text,
    bytes bytea,
    check ((digest is null) = (bytes is null))
  )`,
  // They are compressed already.
  `alter table picture alter column bytes set storage external`,
  `create index picture_due on picture (tries, due) where digest is null`,
];
const PLACES_ARE_NEAR = [
  `alter table place alter column re_near set not null, alter column im_near set not null`,
  `create index place_near on place (im_near, re_near) where state = 'open'`,
  // What a curator has hidden.
  `create index place_hidden on place (id) where state = 'hidden'`,
  `create index comment_hidden on comment (id) where state = 'hidden'`,
];

async function addPictures(db: Kysely<unknown>): Promise<void> {
  await run(db, PICTURES);
  const { rows } = await sql<{ id: number; re: string; im: string }>`select id, re, im from place`.execute(
    db,
  );
  // Not by the database, which takes a text such as 1e999 for a mistake.
  for (const { id, re, im } of rows)
    await sql`update place set re_near = ${Number(re)}, im_near = ${Number(im)} where id = ${id}`.execute(db);
  await run(db, PLACES_ARE_NEAR);
}

async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
