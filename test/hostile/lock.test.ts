import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { lockOf, newCache, put } from '../cache/support/scene.js';
import { casesOf } from './support/cases.js';
import { makeOutside, type Outside } from './support/outside.js';

/** Takes the lock within some seconds, and leaves nothing behind. */
async function takeLock(layout: Layout): Promise<string> {
  const signal = AbortSignal.timeout(10_000);
  const taken = await lockOf(layout, 'a')
    .run(async () => await Promise.resolve('taken'), signal)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const left = await readdir(layout.lockFolder);
  return left.length === 0 ? taken : `${taken}, but ${left.join(', ')} is left`;
}

const old = new Date(Date.now() - 3_600_000);

type Obstacle = readonly [string, (held: string, outside: Outside) => Promise<unknown>];

const OBSTACLES: readonly Obstacle[] = [
  [
    'a link to a folder elsewhere with old files',
    async (held, { folder }) => {
      for (const name of await readdir(join(folder, 'held')))
        await utimes(join(folder, 'held', name), old, old);
      await symlink(join(folder, 'held'), held);
    },
  ],
  [
    'a link to an old folder elsewhere',
    async (held, { folder }) => {
      await utimes(join(folder, 'held'), old, old);
      await symlink(join(folder, 'held'), held);
    },
  ],
  ['a link to nowhere', async (held) => await symlink('nowhere', held)],
  ['a file', async (held) => await writeFile(held, '')],
  [
    'an old file',
    async (held) => {
      await writeFile(held, '');
      await utimes(held, old, old);
    },
  ],
  ['a pipe', async (held) => await Promise.resolve(execFileSync('mkfifo', [held]))],
  [
    'a folder with a dot file in it',
    async (held) => {
      await mkdir(held);
      await writeFile(join(held, '.x'), '');
    },
  ],
  [
    'a folder with a link to nowhere as the token',
    async (held) => {
      await mkdir(held);
      await symlink('nowhere', join(held, 'token'));
      execFileSync('touch', ['-h', '-d', '2001-01-01', join(held, 'token')]);
    },
  ],
  [
    'a token that is a link to a file elsewhere',
    async (held, { folder }) => {
      await mkdir(held);
      await symlink(join(folder, 'token'), join(held, 'token'));
      execFileSync('touch', ['-h', '-d', '2001-01-01', join(held, 'token')]);
    },
  ],
  [
    'a token of the year 2400',
    async (held) => {
      await mkdir(held);
      await writeFile(join(held, 'token'), '');
      await utimes(join(held, 'token'), 13_569_465_600, 13_569_465_600);
    },
  ],
  [
    'an old folder as the token',
    async (held) => {
      await mkdir(join(held, 'token', 'more'), { recursive: true });
      await utimes(join(held, 'token'), old, old);
    },
  ],
  [
    'an old pipe as the token',
    async (held) => {
      await mkdir(held);
      execFileSync('mkfifo', [join(held, 'token')]);
      await utimes(join(held, 'token'), old, old);
    },
  ],
];

describe('a hostile lock/', () => {
  it('delays, but keeps nobody from the lock, and costs nobody a file', async () => {
    // Together, because each of them waits for a second or two.
    const outcomes = await Promise.all(
      OBSTACLES.map(async ([what, make]) => {
        const { layout } = await newCache();
        const outside = await makeOutside();
        await make(layout.heldLock, outside);
        const before = await outside.look();
        const taken = await takeLock(layout);
        expect(await outside.look(), what).toEqual(before);
        return [what, taken];
      }),
    );
    expect(outcomes).toEqual(OBSTACLES.map(([what]) => [what, 'taken']));
  });

  it('a lock/ that is a link is refused', async () => {
    const { layout } = await newCache();
    const outside = await makeOutside();
    await rm(layout.lockFolder, { recursive: true });
    await symlink(outside.folder, layout.lockFolder);
    const before = await outside.look();
    const section = lockOf(layout, 'a').run(async () => await Promise.resolve());
    await expect(section).rejects.toMatchObject({ code: 'EFOLDER', path: layout.lockFolder });
    expect(await outside.look()).toEqual(before);
  });

  it('a token of any content is a token', async () => {
    const { layout } = await newCache();
    const field = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom(0, -1, 1e300, 4294967297));
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 6000 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.record({ pid: field, processes: field }).map((value) => Buffer.from(JSON.stringify(value))),
    );
    const tokens = fc.sample(content, casesOf('tokens'));
    for (let at = 0; at < tokens.length; at += 100) {
      const taken = tokens.slice(at, at + 100).map(async (bytes, i) => {
        const other = new Layout(join(layout.root, `${at + i}`), 'png');
        const token = join(other.heldLock, 'token');
        await put(token, bytes);
        await mkdir(other.workFolder);
        await utimes(token, old, old);
        return await takeLock(other);
      });
      expect(new Set(await Promise.all(taken))).toEqual(new Set(['taken']));
    }
  });
});
