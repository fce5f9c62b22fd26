import pg from 'pg';
import type { PostgresPool } from 'kysely';

/** Connections of one hub at the most. */
const CONNECTIONS = 10;
/** PostgreSQL's number of the type bigint, of which no number here comes near 2^53. */
const INT8 = 20;
/** A server that does not answer is given up after so long, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * A pool of connections to a PostgreSQL server.
 *
 * @param onError told of connections that break while nobody uses them
 */
export function openServerPool(url: string, onError: (error: Error) => void): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'mandeld hub',
    types: {
      getTypeParser: ((id: number, format: never): unknown =>
        id === INT8 ? Number : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
    },
  });
  // Without listeners the process would end when the server does: of connections that nobody uses, and of those in use, whose users see it by
  // their statements' failing.
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
