import { appendFile, cp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, run } from './support/mandeld.js';

const caches = useCaches();

/** Hurts a cache of level 4 in every way. */
async function hurt(root: string): Promise<void> {
  const at = (...parts: string[]): string => join(root, ...parts);
  const pick = async (folder: string, level: number): Promise<string[]> =>
    (await readdir(at(folder))).filter((name) => name.length === level + 5).toSorted();
  const [torn, lost, flipped, twice, late] = await pick('todo', 4);
  await truncate(at('todo', torn), 1000);
  await rm(at('todo', lost));
  const bytes = await readFile(at('todo', flipped));
  bytes[bytes.length >> 1] ^= 16;
  await writeFile(at('todo', flipped), bytes);
  await cp(at('todo', twice), at('done', twice));
  await utimes(at('todo', late), 4e9, 4e9);
  const [doneLost, doneTorn] = await pick('done', 3);
  await rm(at('done', doneLost));
  await truncate(at('done', doneTorn), 0);
  await rm(at('done', 'M0.raw'));
  const pictures = await pick('tile', 3);
  await rm(at('tile', pictures[pictures.length - 1]));
  await writeFile(at('tile', 'M.png'), 'no picture');
  const lines = (await readFile(at('boring.txt'), 'utf8')).trimEnd().split('\n');
  const [other] = await pick('done', 2);
  const without = lines.filter((_, i) => i !== 3).join('\n');
  await writeFile(at('boring.txt'), `${without}\n${lines[5]}\nM01 what\n${other.slice(0, -4)}0`);
  await appendFile(at('todo', 'junk'), 'junk');
}

describe('check --repair', () => {
  it('heals a cache, which goes on to the bytes of one that was never hurt', async () => {
    const root = await caches.fresh();
    const sound = await caches.fresh();
    await Promise.all([render(root, 4), render(sound, 4)]);
    await hurt(root);
    const before = await run('check', root, '--json');
    expect(before.code).toBe(1);
    const { problems } = JSON.parse(before.out) as { problems: { kind: string }[] };
    const kinds = new Set(problems.map(({ kind }) => kind));
    for (const kind of [
      'stray',
      'damaged raw',
      'duplicate',
      'missing',
      'boring line',
      'missing picture',
      'damaged picture',
      'future time',
    ]) {
      expect(kinds).toContain(kind);
    }
    const repair = await run('check', root, '--repair', '--deep', '30');
    expect(repair, repair.out).toMatchObject({ code: 0, err: '' });
    expect(repair.out).toMatch(/problems mended\. The cache is sound\.\n$/);
    await rm(join(root, 'bad'), { recursive: true });
    await expectTidy(root);
    await Promise.all([render(root, 5), render(sound, 5)]);
    expect(await essence(root)).toEqual(await essence(sound));
  });

  it('heals it while daemons work on', async () => {
    const root = await caches.fresh();
    const sound = await caches.fresh();
    await render(root, 4);
    const one = daemon(root, 'a', '--max-level', '6', '--until-idle');
    await one.logs('"started"');
    for (let i = 0; i < 3; i++) {
      await delay(150);
      await rm(join(root, 'tile', 'M02.png'), { force: true });
      await rename(join(root, 'done', 'M01.raw'), join(root, 'M01.raw'));
      const { code, out } = await run('check', root, '--repair');
      expect([0, 1], out).toContain(code);
      await rm(join(root, 'M01.raw'));
    }
    expect((await one.ended).code).toBe(0);
    await expectTidy(root);
    await render(sound, 6);
    expect(await essence(root)).toEqual(await essence(sound));
  });

  it('tells of tiles that are whole and wrong', async () => {
    const root = await caches.fresh();
    await render(root, 2);
    const [one, other] = (await readdir(join(root, 'todo'))).toSorted();
    await cp(join(root, 'todo', one), join(root, 'todo', other));
    expect((await run('check', root)).code).toBe(0);
    const deep = await run('check', root, '--deep', '1000', '--json');
    expect(deep.code).toBe(1);
    expect(JSON.parse(deep.out)).toMatchObject({
      problems: [{ address: other.slice(0, -4), kind: 'wrong bytes' }],
    });
    expect((await run('check', root, '--deep', '1000', '--repair')).code).toBe(0);
    await rm(join(root, 'bad'), { recursive: true });
    const sound = await caches.fresh();
    await render(sound, 2);
    expect(await essence(root)).toEqual(await essence(sound));
  });
});
