import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import type { Address } from '../../src/tile/address.js';
import { decodeRaw } from '../../src/tile/raw.js';
import { flawsOfBooks, flawsOfCache } from './support/flaws.js';
import { readBooks, type HubProcess } from './support/hub-process.js';
import { honestly, useStage } from './support/stage.js';

const stage = useStage();

/** Turns a byte in the middle of a file over. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 0xff;
  await writeFile(path, bytes);
}

async function settle(hub: HubProcess): Promise<void> {
  await delay(1500);
  await hub.stop();
  expect(await flawsOfBooks(await hub.inDatabase(readBooks), stage.truth)).toEqual([]);
  expect(await flawsOfCache(hub.root, stage.truth)).toEqual([]);
}

describe('a raw file that the hub has claimed and that is damaged', () => {
  it('is made again after a complaint, and nobody is blamed', async () => {
    const hub = await stage.hub();
    await hub.enrol({ a: 0, b: 0, c: 0, d: 0, e: 0 });
    const [name] = await readdir(join(hub.root, 'todo'));
    const address = name.split('.')[0] as Address;
    await damage(join(hub.root, 'todo', name));
    await hub.start();
    const right = await stage.truth.raw(address);
    let got: Buffer | null = null;
    // Each refuses what is damaged, as a volunteer's program does; three would be enough for the tile to be set aside.
    for (const [i, person] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      const client = stage.client(hub, person, `10.0.0.${i}`);
      const lease = (await stage.leases(client, 64)).find((one) => one.address === address);
      if (lease === undefined) continue;
      got = await client.raw(lease);
      if (got.equals(right ?? Buffer.of())) break;
      expect(() => decodeRaw(got ?? Buffer.of())).toThrow();
      await client.refuse(lease, 'its raw file is refused');
      await hub.program.logs('made a damaged tile again', 30_000);
    }
    expect(got?.equals(right ?? Buffer.of())).toBe(true);
    expect(await readdir(join(hub.root, 'bad'))).toHaveLength(1);
    await hub.stop();
    const { failures, failed } = await hub.inDatabase(async (db) => ({
      failures: await db.selectFrom('tile').select('address').where('failures', '>', 0).execute(),
      failed: await db.selectFrom('lease').select('id').where('state', '=', 'failed').execute(),
    }));
    expect({ failures, failed }).toEqual({ failures: [], failed: [] });
  });

  it('is made again where an upload cannot be judged without it', async () => {
    const hub = await stage.hub();
    await hub.enrol({ a: 0 });
    await hub.start();
    const a = stage.client(hub, 'a', '10.0.0.1');
    const [lease, ...others] = await stage.leases(a, 64);
    await damage(new Layout(hub.root, 'png').work('hub').todo(lease.address));
    for (const one of [lease, ...others]) await stage.send(a, one, honestly);
    await stage.finish(hub, new Map([[a, honestly]]));
    expect(hub.program.err).toContain('made a damaged tile again');
    await settle(hub);
  });
});
