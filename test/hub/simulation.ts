import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killAll } from '../e2e/support/mandeld.js';
import { findPostgres, startPostgres } from './support/postgres.js';
import { simulate } from './support/simulate.js';
import { Truth } from './support/truth.js';

/**
 * The simulation: a thousand volunteers over HTTP, of whom a fifth die and a tenth cheat, and a hub that is killed now and then. In the end the cache
 * must have the bytes of plain daemons', and the ledger must add up. With --server the database is a throw-away PostgreSQL, which is killed as well.
 *
 * npm run test:hub -- [--volunteers 1000] [--kills 10] [--server] [--hubs 1] [--level 10] [--seed N] [--truth DIR] [--lease 15] [--patience 10]
 */

const { values } = parseArgs({
  options: {
    volunteers: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '10' },
    server: { type: 'boolean', default: false },
    hubs: { type: 'string', default: '1' },
    level: { type: 'string', default: '10' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    lease: { type: 'string', default: '15' },
    patience: { type: 'string', default: '10' },
    /** A finished cache of that level, kept for the next time. */
    truth: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
let isSound = false;
const bin = values.server ? findPostgres() : null;
if (values.server && bin === null)
  throw new Error('initdb and postgres were not found: apt-get install postgresql');
const server = bin === null ? null : await startPostgres(bin);
try {
  say(`seed ${values.seed}`);
  const truth = await Truth.open(values.truth ?? join(folder, 'truth'), Number(values.level));
  const { flaws, figures } = await simulate(truth, folder, {
    volunteers: Number(values.volunteers),
    kills: Number(values.kills),
    hubs: Number(values.hubs),
    server,
    seed: Number(values.seed),
    lease: Number(values.lease),
    patience: Number(values.patience),
    say,
  });
  say(JSON.stringify(figures, null, 2));
  for (const flaw of flaws.slice(0, 50)) say(flaw);
  say(`${flaws.length} flaws`);
  isSound = flaws.length === 0;
} finally {
  killAll();
  await server?.close();
  if (isSound) await rm(folder, { recursive: true, force: true });
  else say(`everything is kept in ${folder}`);
}
process.exitCode = isSound ? 0 : 1;
