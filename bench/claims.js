// What a claim costs, and whether that depends on the size of todo/.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { createCache } from '../dist/cache/create.js';
import { Layout } from '../dist/cache/layout.js';
import { CacheLock } from '../dist/cache/lock.js';
import { Membership } from '../dist/cache/membership.js';
import { processTable } from '../dist/cache/process-table.js';
import { readSettings } from '../dist/cache/settings.js';
import { Exchange } from '../dist/daemon/exchange.js';
import { Holdings } from '../dist/daemon/holdings.js';
import { seedOf } from '../dist/daemon/seed.js';
import { addressAt } from '../dist/tile/address.js';

const CLAIMS = 100;
/** Tiles a claim: what a daemon of one worker takes. */
const ROOM = 4;

/** Milliseconds of a claim, in the mean over the first 100 of a client that has just joined; its listing included. */
async function claimMs(root, files) {
  await createCache(root, { theme: 'Classic', image: 'png', lease: 90 }, seedOf('Classic', 'png'));
  const settings = await readSettings(root);
  const layout = new Layout(root, settings.image);
  await mkdir(layout.todoFolder, { recursive: true });
  for (let i = 0; i < files; i++) {
    writeFileSync(layout.todo(addressAt({ level: 10, x: BigInt(i & 1023), y: BigInt(i >> 10) })), '');
  }
  const client = 'bench';
  const lock = new CacheLock(layout, {
    clock: layout.clock(client),
    holder: { pid: process.pid, processes: processTable() },
  });
  const identity = { client, host: 'bench', pid: process.pid, version: '0.0.0', workers: 1 };
  const { membership } = await Membership.join(layout, settings, identity, lock, new Date());
  const held = new Holdings();
  const exchange = new Exchange(
    layout,
    lock,
    held,
    { maxLevel: Infinity, onlyWants: false },
    pino({ level: 'silent' }),
  );
  const start = performance.now();
  for (let claims = 0; claims < CLAIMS;) {
    await exchange.trade(membership, false, ROOM);
    if (held.waiting.length === 0) continue;
    held.waiting.length = 0;
    claims++;
  }
  return (performance.now() - start) / CLAIMS;
}

/** Milliseconds of a claim by the number of files in todo/. */
export async function claimRows(folder) {
  const rows = [];
  for (const files of [1_000, 1_000_000]) {
    const root = join(folder, `claims-${files}`);
    mkdirSync(root);
    rows.push({ files, ms: await claimMs(root, files) });
    rmSync(root, { recursive: true });
  }
  return rows;
}
