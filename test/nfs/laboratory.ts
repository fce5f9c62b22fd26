import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { seededRandom } from '../support/random.js';
import { makeDisk } from './disk.js';
import { cutAll, Guest, type Machine } from './guest.js';
import { referenceOf, type Reference } from './inspection.js';
import { Packages, Unavailable } from './packages.js';
import { LEASE, LEVEL, Trial, type Mount, type Outcome } from './trial.js';

/*
 * npm run test:nfs [-- --seed N] [-- --only TEXT] [-- --verbose] [-- --keep]: daemons on two NFS clients, on a server whose
 * power fails. See docs/nfs-laboratory.md. Exit status: 0 passed, 1 failed, 3 did not run.
 */

const MOUNTS: readonly Mount[] = [
  { name: 'v3 default', options: 'vers=3,nolock' },
  { name: 'v3 recommended', options: 'vers=3,nolock,hard,lookupcache=none,actimeo=1' },
  { name: 'v4.2 default', options: 'vers=4.2' },
  { name: 'v4.2 recommended', options: 'vers=4.2,hard,lookupcache=none,actimeo=1' },
];
const execute = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repository, 'bin/mandeld.js');

/** What all trials share. */
interface Setting {
  readonly packages: Packages;
  /** Everything is below it. */
  readonly folder: string;
  readonly seed: number;
  readonly verbose: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      only: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const packages = await Packages.get(
    resolve(repository, process.env['MANDELD_NFS_PACKAGES'] ?? 'node_modules/.cache/mandeld-nfs'),
  );
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-nfs-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cutAll();
      rmSync(folder, { recursive: true, force: true });
      process.exit(130);
    });
  }
  const setting = { packages, folder, seed: Number(values.seed), verbose: values.verbose };
  let failed = false;
  try {
    await proveBoot(setting);
    failed = true; // until it has passed
    failed = !(await runTrials(
      setting,
      MOUNTS.filter(({ name }) => name.includes(values.only)),
    ));
  } finally {
    if (failed || values.keep) console.log(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  return failed ? 1 : 0;
}

/** Returns whether all passed. */
async function runTrials(setting: Setting, mounts: readonly Mount[]): Promise<boolean> {
  const { folder, seed } = setting;
  const start = performance.now();
  console.log(`NFS laboratory, seed ${seed}`);
  const straight = join(folder, 'straight');
  await run('init', straight);
  await run('--cache', straight, '--client', 'alone', '--until-idle', '--max-level', String(LEVEL));
  const reference = await referenceOf(straight);
  let failed = 0;
  let cuts = 0;
  for (const mount of mounts) {
    const since = performance.now();
    const outcome = await runTrial(setting, mount, reference);
    const isGood = outcome.flaws.length === 0;
    console.log(
      `${isGood ? 'ok    ' : 'FAILED'} ${mount.name.padEnd(17)} ${outcome.kills} kills, ${outcome.cuts} power cuts, ` +
        `${reference.raws.size} tiles, ${seconds(since)}`,
    );
    for (const flaw of outcome.flaws) console.log(`       ${flaw}`);
    if (!isGood) failed++;
    cuts += outcome.cuts;
  }
  console.log(`${mounts.length - failed} passed, ${failed} failed; ${cuts} power cuts, ${seconds(start)}`);
  return failed === 0 && mounts.length > 0;
}

/** @throws Unavailable unless a guest boots on this machine; from then on it is a failure when one does not */
async function proveBoot(setting: Setting): Promise<void> {
  const machine = await makeMachine(setting, 'boot');
  try {
    await (await Guest.boot(machine, MOUNTS[0].options, 0)).cut();
  } catch (error) {
    throw new Unavailable(String(error));
  }
}

async function makeMachine({ packages, folder }: Setting, name: string): Promise<Machine> {
  const shared = join(folder, name, 'shared');
  await mkdir(join(shared, 'log'), { recursive: true });
  await copyFile(join(repository, 'test/nfs/guest.sh'), join(shared, 'guest.sh'));
  const disk = join(folder, name, 'disk');
  const empty = join(folder, 'empty');
  if (!existsSync(empty)) await run('init', join(empty, 'cache'), '--lease', String(LEASE));
  await makeDisk(packages, disk, empty);
  return { packages, shared, repository, disk };
}

async function runTrial(setting: Setting, mount: Mount, reference: Reference): Promise<Outcome> {
  const machine = await makeMachine(setting, mount.name.replaceAll(' ', '-'));
  const start = performance.now();
  const tell = (event: string): void => {
    if (setting.verbose) console.log(`       ${seconds(start).padStart(8)} ${event}`);
  };
  const random = seededRandom(setting.seed + MOUNTS.indexOf(mount));
  return await new Trial(machine, mount, random, reference, tell).run();
}

/** Runs mandeld on this machine. */
async function run(...args: string[]): Promise<void> {
  await execute(process.execPath, [program, ...args]);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  const line = '!'.repeat(80);
  console.error(`${line}\nNFS LABORATORY DID NOT RUN: ${error.message}\n${line}`);
  process.exitCode = 3;
}
