import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createCache } from '../../../src/cache/create.js';
import { Layout } from '../../../src/cache/layout.js';
import { CacheLock, type HeldLock } from '../../../src/cache/lock.js';
import type { Identity } from '../../../src/cache/membership.js';
import { processTable } from '../../../src/cache/process-table.js';
import type { Settings } from '../../../src/cache/settings.js';
import type { ClientStatus } from '../../../src/cache/status-file.js';
import { encodePicture } from '../../../src/image/picture.js';
import { parseAddress, type Address } from '../../../src/tile/address.js';
import { encodeRaw } from '../../../src/tile/raw.js';
import { createSamples } from '../../../src/tile/samples.js';
import { temporaryFolder } from './folder.js';

/** A tile like any other, as far as files go. */
const samples = createSamples();
export const RAW: Uint8Array = encodeRaw(samples);
export const PICTURE: Uint8Array = encodePicture(samples, 'Classic', 'png');

/** A cache as `mandeld init` makes it, but with a quickly made root tile. */
export async function newCache(lease = 60): Promise<{ layout: Layout; settings: Settings }> {
  const root = join(await temporaryFolder(), 'cache');
  const choice = { theme: 'Classic', image: 'png', lease } as const;
  const settings = await createCache(root, choice, { raw: RAW, picture: PICTURE });
  return { layout: new Layout(root, 'png'), settings };
}

/** Writes a file, with its folders. */
export async function put(path: string, content: string | Uint8Array, modified?: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  if (modified !== undefined) await utimes(path, modified, modified);
}

/** Address literals. */
export function tiles(...names: string[]): Address[] {
  return names.map(parseAddress);
}

/** A lock that is never lost: for what is called under it. */
export const alwaysHeld: HeldLock = { assertHeld: () => undefined, prove: async () => undefined };

/** What an injected crash throws. */
export class Crash extends Error {}

/** A lock that lets `steps` steps pass and then ends everything, as a kill would. */
export function heldFor(steps: number): HeldLock & { readonly used: number } {
  let used = 0;
  return {
    get used() {
      return used;
    },
    assertHeld() {
      if (used++ >= steps) throw new Crash();
    },
    prove: async () => undefined,
  };
}

/** The lock as a client takes it. */
export function lockOf(layout: Layout, client: string): CacheLock {
  return new CacheLock(layout, {
    clock: layout.clock(client),
    holder: { pid: process.pid, processes: processTable() },
  });
}

export function identity(client: string, host = 'here'): Identity {
  return { client, host, pid: process.pid, version: '0.0.0', workers: 1 };
}

/** A heartbeat of a client on another machine. */
export function foreignStatus(client: string): ClientStatus {
  return {
    client,
    session: 'another session',
    host: 'elsewhere',
    pid: 1,
    processes: 'elsewhere pid:[1]',
    version: '0.0.0',
    state: 'working',
    started: '2024-01-01T00:00:00.000Z',
    workers: 1,
    subdivided: 0,
    rate: 0,
    holding: [],
  };
}
