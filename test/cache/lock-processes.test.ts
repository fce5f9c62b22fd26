import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** Rounds of the race: a thousand take ten minutes. */
const ROUNDS = Number(process.env['MANDELD_RACE_ROUNDS'] ?? 10);

/** Takes the lock once a line of input, and tells whether it was alone. */
const RACING = `
  import { rmdirSync, mkdirSync } from 'node:fs';
  import { createInterface } from 'node:readline';
  import { CacheLock } from ${JSON.stringify(LOCK)};
  import { Layout } from ${JSON.stringify(LAYOUT)};
  const [root, inside, name] = process.argv.slice(1);
  const layout = new Layout(root, 'png');
  const lock = new CacheLock(layout, { clock: layout.clock(name), holder: { pid: process.pid, processes: 'x' } });
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    const answer = await lock.run(async (held) => {
      try {
        mkdirSync(inside);
      } catch {
        return 'not alone';
      }
      await held.prove();
      await new Promise((resolve) => setTimeout(resolve, 2));
      await held.prove();
      rmdirSync(inside);
      return 'alone';
    });
    console.log(answer);
  }
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

  it(
    'that is abandoned goes to one of eight takers at a time, round by round',
    { timeout: 3_600_000 },
    async () => {
      const { layout } = await newCache();
      const inside = join(layout.root, 'inside');
      const args = ['--input-type=module', '-e', RACING, layout.root, inside];
      const takers = Array.from({ length: 8 }, (_, i) => {
        const child = spawn(process.execPath, [...args, `taker${i}`], { stdio: ['pipe', 'pipe', 'inherit'] });
        onTestFinished(() => void child.kill('SIGKILL'));
        return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
      });
      const answers = async (): Promise<string[]> =>
        await Promise.all(takers.map(async ({ lines }) => String((await lines.next()).value)));
      expect(new Set(await answers())).toEqual(new Set(['ready']));
      for (let round = 0; round < ROUNDS; round++) {
        // A holder of another machine that died long ago.
        await mkdir(layout.heldLock);
        await writeFile(join(layout.heldLock, 'token'), JSON.stringify({ pid: 1, processes: 'elsewhere' }));
        for (const path of [join(layout.heldLock, 'token'), layout.heldLock]) await utimes(path, 1e9, 1e9);
        for (const { child } of takers) child.stdin.write('go\n');
        expect(new Set(await answers()), `round ${round}`).toEqual(new Set(['alone']));
        expect(await readdir(layout.lockFolder)).toEqual([]);
      }
      for (const { child } of takers) child.stdin.end();
    },
  );
});
