import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processTable } from '../../src/cache/process-table.js';
import { DataFolder } from '../../src/hub/data-folder.js';

let base = '';
let cache = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'mandeld-data-'));
  cache = join(base, 'mandel');
  await mkdir(join(cache, 'work'), { recursive: true });
});
afterEach(async () => await rm(base, { recursive: true, force: true }));

it('stands beside the cache, is its owner’s only, and is marked while it is open', async () => {
  expect(DataFolder.besides(`${cache}/`)).toBe(`${cache}.hub`);
  const folder = await DataFolder.open(`${cache}.hub`, cache);
  expect(folder.database).toBe(join(`${cache}.hub`, 'database'));
  expect((await stat(`${cache}.hub`)).mode & 0o777).toBe(0o700);
  expect(JSON.parse(await readFile(join(`${cache}.hub`, 'in-use'), 'utf8'))).toEqual({
    pid: process.pid,
    processes: processTable(),
  });
  expect(await readdir(`${cache}.hub`)).toEqual(['in-use']);
  await folder.close();
  expect(await readdir(`${cache}.hub`)).toEqual([]);
});

it.each(['', 'work', 'work/deep/er', '../mandel/x', '../link/x'])(
  'is refused within the cache, at %j',
  async (place) => {
    await symlink(cache, join(base, 'link'));
    const opening = DataFolder.open(join(cache, place), cache);
    await expect(opening).rejects.toMatchObject({ code: 'EHUBDATA' });
    await expect(opening).rejects.toThrow(/--data/);
    expect(await readdir(cache)).not.toContain('in-use');
  },
);

it('may have a name that begins like the cache’s', async () => {
  await (await DataFolder.open(`${cache}-data`, cache)).close();
});

it('is refused while another process has it, and free when that was killed', async () => {
  const path = join(base, 'data');
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const mark = JSON.stringify({ pid: other.pid, processes: processTable() });
  await mkdir(path);
  await writeFile(join(path, 'in-use'), mark);
  const opening = DataFolder.open(path, cache);
  await expect(opening).rejects.toMatchObject({ code: 'EHUBDATA', path });
  await expect(opening).rejects.toThrow(`process ${other.pid}`);
  expect(await readFile(join(path, 'in-use'), 'utf8')).toBe(mark);
  expect(await readdir(path)).toEqual(['in-use']);
  other.kill('SIGKILL');
  await once(other, 'exit');
  const folder = await DataFolder.open(path, cache);
  expect(await readdir(path)).toEqual(['in-use']);
  await folder.close();
});

it.each(['', '{', 'null', '{"pid":"1"}', '{"pid":1,"processes":"another boot"}'])(
  'is free where the mark is %j: of a machine that has stopped',
  async (mark) => {
    const path = join(base, 'data');
    await mkdir(path);
    await writeFile(join(path, 'in-use'), mark);
    await (await DataFolder.open(path, cache)).close();
    expect(await readdir(path)).toEqual([]);
  },
);
