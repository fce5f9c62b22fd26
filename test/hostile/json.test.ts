import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheError } from '../../src/cache/cache-error.js';
import { isAlive, seeClient, seeClients } from '../../src/cache/liveness.js';
import { processTable } from '../../src/cache/process-table.js';
import { readSettings } from '../../src/cache/settings.js';
import { readStatus } from '../../src/cache/status-file.js';
import { temporaryFolder } from '../cache/support/folder.js';
import { foreignStatus, newCache, put } from '../cache/support/scene.js';
import { casesOf } from './support/cases.js';
import { mutationsOf } from './support/mutations.js';

const SETTINGS = { format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 };
const STATUS = foreignStatus('a');

/** Files that were JSON once, or are, or were never. */
function files(sound: object): fc.Arbitrary<Uint8Array> {
  const file = Buffer.from(JSON.stringify(sound, null, 2));
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.integer(),
    fc.constantFrom(0, -1, 1e308, '', '../..', '\u001b[2J', '__proto__', null, true),
  );
  const fields = fc.record(Object.fromEntries(Object.keys(sound).map((name) => [name, odd])), {
    requiredKeys: [],
  });
  const nest = fc
    .tuple(fc.constantFrom('[', '{"format":', '{"pid":'), fc.nat({ max: 50_000 }))
    .map(([open, depth]) => open.repeat(depth));
  return fc.oneof(
    mutationsOf([file]),
    fields.map((lies) => Buffer.from(JSON.stringify({ ...sound, ...lies }))),
    fc.json().map((text) => Buffer.from(text)),
    nest.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }),
  );
}

describe('a hostile file of JSON', () => {
  it('called cache.json is refused in a paragraph, or gives settings that can be used', async () => {
    const root = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(files(SETTINGS), async (bytes) => {
        await writeFile(join(root, 'cache.json'), bytes);
        try {
          const { theme, image, lease } = await readSettings(root);
          expect(theme).toMatch(/^[A-Za-z]{1,40}$/);
          expect(['png', 'jpg']).toContain(image);
          expect(lease >= 2 && lease <= 86_400).toBe(true);
        } catch (error) {
          if (!(error instanceof CacheError) || error.message.length > 1000) throw error;
        }
      }),
      { numRuns: casesOf('cache.json'), endOnFailure: true },
    );
  });

  it('called status.json is none, or has the types that it should have', async () => {
    const { layout } = await newCache();
    const { folder, status: path } = layout.work('a');
    await mkdir(folder, { recursive: true });
    await fc.assert(
      fc.asyncProperty(files(STATUS), async (bytes) => {
        await writeFile(path, bytes);
        const status = await readStatus(path);
        if (status !== null) {
          expect(typeof status.host === 'string' && Number.isFinite(status.rate)).toBe(true);
          expect(status.holding.every((entry) => typeof entry === 'string')).toBe(true);
        }
        expect(isAlive(await seeClient(layout, 'a', Date.now()), 60, processTable())).toBe(true);
      }),
      { numRuns: casesOf('status.json'), endOnFailure: true },
    );
  });

  it('of any time: no heartbeat is so old or so young that it cannot be told', async () => {
    const { layout } = await newCache();
    const now = Date.now();
    for (const time of ['0001-01-01', '1969-12-31', '1970-01-01', '2200-01-01', '2446-01-01', '+25 hours']) {
      await put(layout.work('a').status, JSON.stringify(STATUS));
      execFileSync('touch', ['-d', time, layout.work('a').status]);
      const seen = await seeClient(layout, 'a', now);
      expect(seen.age, time).toBeGreaterThan(86_400);
      expect(isAlive(seen, 86_400, '')).toBe(false);
    }
  });

  it.each(['host', 'state', 'version'])(
    'with control characters in its %s, or more than a line, is none',
    async (name) => {
      const path = join(await temporaryFolder(), 'status.json');
      for (const text of ['\u001b[2J', 'a\nb', '\u009b1m', 'x'.repeat(301)]) {
        await writeFile(path, JSON.stringify({ ...STATUS, [name]: text }));
        expect(await readStatus(path), text).toBeNull();
      }
    },
  );

  it.each([0, -1, -2147483648, 1.5, 1e300, 4294967296, 2 ** 53])(
    'of process %s kills and buries nobody',
    (pid) => {
      const seen = { name: 'a', age: 0, status: { ...STATUS, pid, processes: processTable() } };
      expect(isAlive(seen, 60, processTable())).toBe(true);
    },
  );
});

describe('thousands of clients\u2019 folders', () => {
  it('are looked at without a thousand open files', async () => {
    const { layout } = await newCache();
    for (let i = 0; i < 1500; i++) await put(layout.work(`c${i}`).status, '');
    const open: number[] = [];
    const timer = setInterval(() => open.push(openFiles()), 1);
    try {
      expect(await seeClients(layout, Date.now())).toHaveLength(1500);
    } finally {
      clearInterval(timer);
    }
    expect(Math.max(...open)).toBeLessThan(openFiles() + 200);
  });
});

/** Files that this process has open. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
