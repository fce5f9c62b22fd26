import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDurably } from '../../src/cache/files.js';
import { Layout } from '../../src/cache/layout.js';
import type { Address } from '../../src/tile/address.js';
import { daemon, killAll, run } from '../e2e/support/mandeld.js';
import { HubProcess } from './support/hub-process.js';
import { Truth } from './support/truth.js';
import { Asker, Client } from './support/volunteer.js';

/**
 * How many requests a second a hub answers: checkouts while there is nothing, and checkout, download and upload of tiles, beside what their files
 * alone take (the raw file read, the upload written and on the disk); and how many tiles a second it judges.
 *
 * npm run bench:hub -- [--level 7] [--truth DIR] [--profile PROGRAM]
 */

const { values } = parseArgs({
  options: {
    level: { type: 'string', default: '7' },
    truth: { type: 'string' },
    profile: { type: 'string' },
  },
});
const CLIENTS = 32;
const SECONDS = 8;

const folder = await mkdtemp(join(tmpdir(), 'mandeld-rate-'));
try {
  const level = Number(values.level);
  const truth = await Truth.open(values.truth ?? join(folder, 'truth'), level);
  const root = join(folder, 'cache');
  await run('init', root);
  await daemon(root, 'first', '--until-idle', '--max-level', `${level - 1}`).ended;
  await cp(root, join(folder, 'empty'), { recursive: true, preserveTimestamps: true });
  const asker = new Asker(CLIENTS);
  const env = values.profile ? { NODE_OPTIONS: `--import ${values.profile}` } : {};
  const open = async (name: string, cache: string, maxLevel: number): Promise<[HubProcess, Client[]]> => {
    const hub = new HubProcess(
      cache,
      join(folder, name),
      ['--max-level', `${maxLevel}`, '--log-level', 'warn'],
      env,
    );
    const names = Array.from({ length: CLIENTS }, (_, i) => `known-${i}`);
    await hub.enrol(Object.fromEntries(names.map((one) => [one, 1_000_000])));
    await hub.start();
    return [hub, names.map((one, i) => new Client(one, `10.0.0.${i}`, () => hub.url, asker))];
  };
  const tell = (what: string, count: number, ms: number): void =>
    void process.stdout.write(
      `${what}: ${count} in ${(ms / 1000).toFixed(1)} s, ${((count * 1000) / ms).toFixed(1)}/s\n`,
    );

  const [idle, askers] = await open('data-empty', join(folder, 'empty'), level - 1);
  let count = 0;
  let start = performance.now();
  // Each network has its allowance.
  await Promise.all(
    askers.map(async (client) => {
      for (let i = 0; i < 600 && performance.now() - start < SECONDS * 1000; i++, count++)
        await client.checkout(8);
    }),
  );
  tell('checkouts of nothing', count, performance.now() - start);
  await idle.stop();

  const [busy, workers] = await open('data', root, level);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const tiles: Address[] = [];
  count = 0;
  start = performance.now();
  await Promise.all(
    workers.map(async (client) => {
      for (;;) {
        const leases = await client.checkout(1);
        if (leases.length === 0) return;
        for (const lease of leases) {
          await client.raw(lease);
          await client.upload(lease, (await truth.upload(lease.address))!);
          tiles.push(lease.address);
          count++;
        }
      }
    }),
  );
  tell('tiles checked out, downloaded and uploaded', count, performance.now() - start);
  const memory = [busy.megabytes];
  const whole = count;
  const before = (await readdir(join(folder, 'empty', 'done'))).length;
  while ((await readdir(join(root, 'done'))).length < before + whole)
    await new Promise((resolve) => setTimeout(resolve, 50));
  tell('tiles judged and merged', whole, performance.now() - start);
  memory.push(busy.megabytes);
  await busy.stop();

  const layout = new Layout(root, 'png');
  const bare = join(folder, 'bare');
  await mkdir(bare);
  start = performance.now();
  const waiting = [...tiles];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let tile = waiting.pop(); tile !== undefined; tile = waiting.pop()) {
        await readFile(layout.done(tile));
        await writeDurably(join(bare, tile), (await truth.upload(tile))!);
      }
    }),
  );
  tell('their files alone, read and written', tiles.length, performance.now() - start);
  process.stdout.write(`memory of the hub: ${memory.map((one) => one.toFixed(0)).join(', ')} MB\n`);
  asker.close();
} finally {
  killAll();
  await rm(folder, { recursive: true, force: true });
}
