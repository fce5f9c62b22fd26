import { sql, type Kysely, type Migration } from 'kysely';

/**
 * The versions of the schema, in order. A migration that was published is never changed: what is to be different comes as the
 * next one.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-volunteers': { up: volunteers },
};

const STATEMENTS = [
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
];

async function volunteers(db: Kysely<never>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
