// npm run bench:clients: many clients on one cache whose tiles cost nothing: how long the lock is held and waited for, and whether all
// get their share.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { createCache } from '../dist/cache/create.js';
import { publish } from '../dist/cache/files.js';
import { Layout } from '../dist/cache/layout.js';
import { CacheLock } from '../dist/cache/lock.js';
import { Membership } from '../dist/cache/membership.js';
import { processTable } from '../dist/cache/process-table.js';
import { readSettings } from '../dist/cache/settings.js';
import { Exchange } from '../dist/daemon/exchange.js';
import { Holdings } from '../dist/daemon/holdings.js';
import { seedOf } from '../dist/daemon/seed.js';
import { addressAt, childOf, QUADRANTS } from '../dist/tile/address.js';

const LEVEL = 8;
const SECONDS = 10;
/** Tiles a claim: what a daemon of two workers takes. */
const ROOM = 8;

/** The lock, with a stopwatch. */
class TimedLock extends CacheLock {
  held = [];
  waited = [];

  async run(section) {
    const asked = performance.now();
    let began = 0;
    let ended = 0;
    const result = await super.run(async (held) => {
      began = performance.now();
      try {
        return await section(held);
      } finally {
        ended = performance.now();
      }
    });
    this.waited.push(began - asked);
    this.held.push(ended - began);
    return result;
  }
}

/** A client that claims, makes one small child of each tile, and merges, until it is told to end. */
async function live(root, client) {
  const settings = await readSettings(root);
  const layout = new Layout(root, settings.image);
  const lock = new TimedLock(layout, {
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
    { maxLevel: LEVEL + 1, onlyWants: false },
    pino({ level: 'silent' }),
  );
  // Its first listing is over when the stopwatch starts.
  while (held.waiting.length === 0) await exchange.trade(membership, false, ROOM);
  process.send('ready');
  let isOver = false;
  let tiles = 0;
  process.once('message', () => {
    lock.held.length = 0;
    lock.waited.length = 0;
    setTimeout(() => (isOver = true), SECONDS * 1000);
  });
  await once(process, 'message');
  const { work } = membership;
  for (;;) {
    if (isOver) break;
    tiles += (await exchange.trade(membership, held.results.length > 0, ROOM)).merged.length;
    const tasks = held.waiting.splice(0);
    const children = tasks.map(({ address }) => childOf(address, QUADRANTS[0]));
    await Promise.all(
      children.flatMap((child) => [publish(work.done(child), ''), publish(work.tile(child), '')]),
    );
    for (const { address } of tasks) {
      const boring = QUADRANTS.slice(1).map((quadrant) => ({
        address: childOf(address, quadrant),
        period: 0,
      }));
      held.results.push({ kind: 'subdivided', address, boring });
    }
    if (tasks.length === 0) await delay(5);
  }
  process.send({ tiles, held: lock.held, waited: lock.waited });
  await exchange.settle(membership);
  await membership.leave();
  process.disconnect();
}

/** Figures by the number of clients. */
async function clientRows(folder) {
  const rows = [];
  for (const clients of [1, 4, 16, 64]) {
    const root = join(folder, `clients-${clients}`);
    mkdirSync(root);
    await createCache(root, { theme: 'Classic', image: 'png', lease: 90 }, seedOf('Classic', 'png'));
    const layout = new Layout(root, 'png');
    for (let i = 0; i < 8_000; i++) {
      writeFileSync(layout.todo(addressAt({ level: LEVEL, x: BigInt(i & 255), y: BigInt(i >> 8) })), '');
    }
    const children = Array.from({ length: clients }, (_, i) =>
      fork(fileURLToPath(import.meta.url), ['live', root, `client${i}`]),
    );
    await Promise.all(children.map(async (child) => await once(child, 'message')));
    const ends = children.map(async (child) => (await once(child, 'message'))[0]);
    const exits = children.map(async (child) => await once(child, 'exit'));
    for (const child of children) child.send('go');
    const results = await Promise.all(ends);
    await Promise.all(exits);
    rows.push(rowOf(clients, results));
    rmSync(root, { recursive: true });
  }
  return rows;
}

function rowOf(clients, results) {
  const quantile = (values, q) => values[Math.floor(q * (values.length - 1))] ?? 0;
  const sorted = (name) => results.flatMap((result) => result[name]).toSorted((a, b) => a - b);
  const tiles = results.map((result) => result.tiles).toSorted((a, b) => a - b);
  const held = sorted('held');
  const waited = sorted('waited');
  const rounded = (value) => Number(value.toFixed(1));
  return {
    clients,
    tilesPerSecond: rounded(tiles.reduce((sum, count) => sum + count, 0) / SECONDS),
    heldMs: rounded(quantile(held, 0.5)),
    heldMs99: rounded(quantile(held, 0.99)),
    waitedMs: rounded(quantile(waited, 0.5)),
    waitedMs99: rounded(quantile(waited, 0.99)),
    fewest: tiles[0],
    most: tiles[tiles.length - 1],
  };
}

if (process.argv[2] === 'live') {
  await live(process.argv[3], process.argv[4]);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'mandeld-bench-'));
  try {
    console.table(await clientRows(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
