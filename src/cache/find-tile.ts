import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '../tile/address.js';
import type { Samples } from '../tile/samples.js';
import type { Layout } from './layout.js';
import { listClients } from './liveness.js';
import { readRaw } from './raw-file.js';

/** A tile moves from folder to folder; looked for so often, it was found each time in tests that moved it all the time. */
const ROUNDS = 6;
const PAUSE_MS = 40;

/**
 * Reads a tile wherever it is: subdivided, waiting, or in some client's hands.
 *
 * @returns its samples, null when it is nowhere, or why its file is no tile
 */
export async function findTile(layout: Layout, address: Address): Promise<Samples | string | null> {
  let reason: string | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await delay(round * PAUSE_MS);
    for await (const path of places(layout, address)) {
      const found = await readRaw(path);
      if (found !== null && typeof found !== 'string') return found;
      reason ??= found;
    }
  }
  return reason;
}

async function* places(layout: Layout, address: Address): AsyncGenerator<string> {
  yield layout.done(address);
  yield layout.todo(address);
  for (const client of await listClients(layout)) {
    const work = layout.work(client);
    yield work.todo(address);
    yield work.ready(address);
  }
}
