import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { daemon, killAll, run } from './mandeld.js';

/** Gives every test of a file its own copy of a new cache; whatever a test leaves is removed. */
export function useCaches(...options: string[]): { fresh(): Promise<string>; path(name: string): string } {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandeld-e2e-'));
    const made = await run('init', join(folder, 'template'), ...options);
    expect(made).toMatchObject({ code: 0, err: '' });
  });
  afterEach(killAll);
  afterAll(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return {
    path: (name) => join(folder, name),
    async fresh() {
      const root = join(folder, `cache-${count++}`);
      await cp(join(folder, 'template'), root, { recursive: true, preserveTimestamps: true });
      return root;
    },
  };
}

/** Renders a cache to a level with one daemon. */
export async function render(root: string, level: number, ...more: string[]): Promise<void> {
  const end = await daemon(root, 'alone', '--until-idle', '--max-level', `${level}`, ...more).ended;
  expect(end).toMatchObject({ code: 0, out: '' });
}

/** Nobody is there any more, and the cache is sound. */
export async function expectTidy(root: string): Promise<void> {
  expect((await readdir(join(root, 'work'))).filter((name) => !name.startsWith('.'))).toEqual([]);
  expect(await readdir(join(root, 'lock'))).toEqual([]);
  const check = await run('check', root, '--json');
  expect(check.out).toBe('{"ok":true,"problems":[]}\n');
  expect(check.code).toBe(0);
}
