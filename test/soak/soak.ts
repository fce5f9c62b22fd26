import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { daemon, entries, run, type Mandeld } from '../e2e/support/mandeld.js';
import { essence, type Essence } from '../support/essence.js';
import { seededRandom } from '../support/random.js';

/**
 * The soak: four daemons on one cache, which are killed, and stopped for longer than the lease, at random moments, and started again, until
 * the cache is complete; then it must be sound and have the bytes of an undisturbed run. Again and again, for so many minutes.
 *
 * npm run test:soak -- [--minutes 2] [--seed N] [--level 6]
 */

const CLIENTS = ['a', 'b', 'c', 'd'];
/** Of a cache, in seconds: stopped daemons are taken for dead within a test's patience. */
const LEASE = 2;
/** A cycle that takes longer is stuck, in milliseconds. */
const STUCK_MS = 300_000;

interface Tally {
  cycles: number;
  kills: number;
  stops: number;
  /** Daemons that were taken for dead and went on. */
  fenced: number;
  tiles: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    level: { type: 'string', default: '6' },
  },
});

async function main(): Promise<number> {
  const end = Date.now() + Number(values.minutes) * 60_000;
  const random = seededRandom(Number(values.seed));
  process.stdout.write(`seed ${values.seed}, level ${values.level}, ${values.minutes} minutes\n`);
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-soak-'));
  const template = join(folder, 'template');
  const tally: Tally = { cycles: 0, kills: 0, stops: 0, fenced: 0, tiles: 0 };
  const flaws: string[] = [];
  try {
    await run('init', template, '--lease', `${LEASE}`);
    const sound = await undisturbed(template, join(folder, 'sound'));
    while (Date.now() < end && flaws.length === 0) {
      const root = join(folder, `cache-${tally.cycles}`);
      await cp(template, root, { recursive: true, preserveTimestamps: true });
      const logs = await disturb(root, random, tally);
      flaws.push(...(await flawsOf(root, sound)));
      if (flaws.length > 0) process.stdout.write(`${logs.join('\n')}\nthe cache is kept in ${root}\n`);
      else await rm(root, { recursive: true });
      tally.cycles++;
      tally.tiles += Object.keys(sound.files).filter((name) => name.startsWith('done/')).length;
      process.stdout.write(`${JSON.stringify(tally)}\n`);
    }
  } finally {
    if (flaws.length === 0) await rm(folder, { recursive: true, force: true });
  }
  for (const flaw of flaws) process.stdout.write(`${flaw}\n`);
  process.stdout.write(
    `${tally.cycles - Math.min(1, flaws.length)} passed, ${Math.min(1, flaws.length)} failed\n`,
  );
  return flaws.length === 0 ? 0 : 1;
}

async function undisturbed(template: string, root: string): Promise<Essence> {
  await cp(template, root, { recursive: true, preserveTimestamps: true });
  await launch(root, 'alone').ended;
  return await essence(root);
}

function launch(root: string, client: string): Mandeld {
  return daemon(root, client, '--max-level', values.level, '--until-idle', '--log-level', 'debug');
}

/** A whole cache run with kills and stops; the logs of all daemons. */
async function disturb(
  root: string,
  random: ReturnType<typeof seededRandom>,
  tally: Tally,
): Promise<string[]> {
  const daemons = new Map(CLIENTS.map((client) => [client, launch(root, client)]));
  const logs: string[] = [];
  const began = Date.now();
  const finished = new Set<string>();
  for (const [client, one] of daemons) void watch(client, one);
  async function watch(client: string, one: Mandeld): Promise<void> {
    const { code, err } = await one.ended;
    logs.push(`--- ${client}`, err);
    tally.fenced += entries(err).filter(({ msg }) => msg.startsWith('taken for dead')).length;
    if (daemons.get(client) !== one) return;
    if (code === 0) finished.add(client);
    else {
      // Killed, or its name was still taken.
      await delay(random.between(10, 500));
      const next = launch(root, client);
      daemons.set(client, next);
      void watch(client, next);
    }
  }
  while (finished.size < CLIENTS.length && Date.now() - began < STUCK_MS) {
    await delay(random.between(50, 1000));
    const client = CLIENTS[random.below(CLIENTS.length)];
    const victim = daemons.get(client);
    if (victim === undefined || finished.has(client)) continue;
    if (random.below(4) > 0) {
      if (victim.process.kill('SIGKILL')) tally.kills++;
    } else {
      if (!victim.process.kill('SIGSTOP')) continue;
      tally.stops++;
      await delay(random.between(500, 2500 * LEASE));
      victim.process.kill('SIGCONT');
    }
  }
  if (finished.size < CLIENTS.length) {
    for (const { process: one } of daemons.values()) one.kill('SIGKILL');
    logs.push('stuck');
  }
  return logs;
}

async function flawsOf(root: string, sound: Essence): Promise<string[]> {
  const flaws: string[] = [];
  const check = await run('check', root, '--json');
  if (check.code !== 0) flaws.push(check.out + check.err);
  const got = await essence(root);
  // A daemon that wakes in the midst of a step may write a line of boring.txt once more, which changes nothing.
  const boring = [...new Set(got.boring)];
  for (const name of new Set([...Object.keys(got.files), ...Object.keys(sound.files)])) {
    if (got.files[name] !== sound.files[name])
      flaws.push(`${name}: ${got.files[name]} for ${sound.files[name]}`);
  }
  if (!isDeepStrictEqual(boring, sound.boring)) flaws.push('boring.txt differs');
  return flaws;
}

process.exitCode = await main();
