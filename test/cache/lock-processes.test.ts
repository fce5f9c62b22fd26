import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newCache } from './support/scene.js';

const LOCK = new URL('../../dist/cache/lock.js', import.meta.url).href;
const LAYOUT = new URL('../../dist/cache/layout.js', import.meta.url).href;

/** Reads a number, adds one, writes it back, many times: one lost turn shows in the sum. */
const COUNTING = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { CacheLock } from ${JSON.stringify(LOCK)};
  import { Layout } from ${JSON.stringify(LAYOUT)};
  const [root, counter, turns, name] = process.argv.slice(1);
  const layout = new Layout(root, 'png');
  const lock = new CacheLock(layout, { clock: layout.clock(name), holder: { pid: process.pid, processes: 'x' } });
  process.stdout.write('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  for (let i = 0; i < Number(turns); i++) {
    await lock.run(async () => {
      const before = Number(readFileSync(counter, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(counter, String(before + 1));
    });
  }
  process.exit(0);
`;

describe('the lock between processes', () => {
  it('loses none of 400 increments by four of them', async () => {
    const { layout } = await newCache();
    const counter = join(layout.root, 'counter');
    await writeFile(counter, '0');
    const children = ['a', 'b', 'c', 'd'].map((name) => {
      const args = ['--input-type=module', '-e', COUNTING, layout.root, counter, '100', name];
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    });
    await Promise.all(children.map(async (child) => await once(child.stdout, 'data')));
    const ends = children.map(async (child) => ((await once(child, 'exit')) as [number | null])[0]);
    for (const child of children) child.stdin.write('go');
    const codes = await Promise.all(ends);
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(await readFile(counter, 'utf8')).toBe('400');
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });
});
