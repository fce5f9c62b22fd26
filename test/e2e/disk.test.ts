import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, run, start } from './support/mandeld.js';

const caches = useCaches();

/**
 * NODE_OPTIONS of a process whose writes of results fail while a file exists, as on a full disk or a file server in
 * trouble: work/CLIENT/done/ and work/CLIENT/tile/ only, in every thread.
 */
function failingWrites(whileFile: string, code: string): { NODE_OPTIONS: string } {
  const hook = `
    import fs from 'node:fs';
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const open = promises.open;
    promises.open = async (path, ...rest) => {
      const file = await open(path, ...rest);
      if (/work.[^/]+.(done|tile)./.test(String(path)) && fs.existsSync(${JSON.stringify(whileFile)})) {
        file.writeFile = async () => {
          throw Object.assign(new Error('${code}: write'), { code: '${code}', errno: -28, syscall: 'write' });
        };
      }
      return file;
    };
    syncBuiltinESMExports();`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
}

describe('a disk that is full for a while', () => {
  it.each(['ENOSPC', 'EIO'])('(%s) costs no tile', async (code) => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    const full = caches.path(`full-${code}`);
    await render(root, 2);
    await writeFile(full, '');
    const args = ['--cache', root, '--client', 'a', '--workers', '2', '--max-level', '4', '--until-idle'];
    const one = start(args, failingWrites(full, code));
    await one.logs(code === 'ENOSPC' ? 'the disk is full' : code);
    await delay(1500);
    await rm(full);
    const end = await one.ended;
    expect(end.code).toBe(0);
    // It waits for better times instead of trying again all the time.
    expect(entries(end.err).filter(({ level }) => level >= 40).length).toBeLessThan(20);
    await render(straight, 4);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });
});

describe('a claim that is cut off half-way', () => {
  it.each(['--until-idle', '--max-tiles=100'])('(%s) loses no tile', async (more) => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    const hook = `
      import promises from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      const rename = promises.rename;
      let claims = 0;
      promises.rename = async (from, to) => {
        if (/work.a.todo.M/.test(to) && ++claims === 2) throw Object.assign(new Error('EIO: rename'), { code: 'EIO' });
        await rename(from, to);
      };
      syncBuiltinESMExports();`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
    const one = start(['--cache', root, '--client', 'a', '--workers', '2', '--max-level', '3', more], env);
    await one.logs('EIO');
    await delay(300);
    const end = await (more === '--until-idle' ? one.ended : one.kill('SIGTERM'));
    expect(end.code).toBe(0);
    await expectTidy(root);
    await Promise.all([render(root, 3), render(straight, 3)]);
    expect(await essence(root)).toEqual(await essence(straight));
  });
});

describe('--min-free', () => {
  it('beyond what is free lets the daemon wait, say so, and end on SIGTERM', async () => {
    const root = await caches.fresh();
    const one = daemon(root, 'a', '--min-free', '900000T');
    await one.logs('taking no more work until there is space');
    await delay(500);
    const end = await one.kill('SIGTERM');
    expect(end.code).toBe(0);
    expect(entries(end.err).filter(({ msg }) => msg.includes('until there is space')).length).toBe(1);
    expect(await readdir(join(root, 'done'))).toEqual([]);
    await expectTidy(root);
  });
});

describe('a place that cannot be used', () => {
  it('under /proc is refused with code 3 and one line', async () => {
    for (const args of [
      ['--cache', '/proc/mandel'],
      ['status', '/proc/mandel'],
      ['check', '/proc/mandel'],
      ['area', '/proc/mandel'],
      ['inspect', '/proc/mandel', 'M'],
    ]) {
      const end = await run(...args);
      expect(end, args.join(' ')).toMatchObject({ code: 3, out: '' });
      expect(end.err).toMatch(/^mandeld: .*\/proc\/mandel.*\(ENOCACHE\)\n$/);
    }
  });

  it('where no folder can be made is refused with EWRITE, and soon', async () => {
    const end = await Promise.race([run('init', '/proc/mandel'), delay(10_000, null)]);
    expect(end).toMatchObject({ code: 3, out: '' });
    expect(end?.err).toMatch(/^mandeld: .*\/proc\/mandel.*\(EWRITE\)\n$/);
  });

  it('because of its mode is refused with EWRITE', async ({ skip }) => {
    const root = await caches.fresh();
    await chmod(join(root, 'todo'), 0o555);
    const isIgnored = await writeFile(join(root, 'todo', '.probe'), '').then(() => true, () => false); // prettier-ignore
    await rm(join(root, 'todo', '.probe'), { force: true });
    if (isIgnored) skip('this user may write everywhere');
    const end = await daemon(root, 'a').ended;
    expect(end.code).toBe(3);
    expect(end.err).toContain('(EWRITE)');
  });

  it('because a file stands where a folder should be is refused with EFOLDER', async () => {
    const root = await caches.fresh();
    await rm(join(root, 'tile'), { recursive: true });
    await writeFile(join(root, 'tile'), '');
    const end = await daemon(root, 'a').ended;
    expect(end.code).toBe(3);
    expect(end.err).toMatch(/^mandeld: .*\(EFOLDER\)\n$/);
  });

  it('because it is of another version is refused with EVERSION, and nothing is touched', async () => {
    const root = await caches.fresh();
    const settings = { format: 1, algorithm: 999, theme: 'Classic', image: 'png', lease: 60 };
    await writeFile(join(root, 'cache.json'), JSON.stringify(settings));
    const before = await essence(root);
    for (const args of [
      ['--cache', root],
      ['check', root],
      ['status', root],
      ['area', root],
    ]) {
      const end = await run(...args);
      expect(end, args.join(' ')).toMatchObject({ code: 3, out: '' });
      expect(end.err).toMatch(/algorithm 999.*\(EVERSION\)\n$/s);
    }
    expect(await essence(root)).toEqual(before);
    expect(await readdir(join(root, 'work'))).toEqual([]);
  });

  it('because it is no cache is left as it is', async () => {
    const root = caches.path('no-cache');
    await mkdir(root);
    await writeFile(join(root, 'diary.txt'), 'mine');
    for (const args of [
      ['--cache', root],
      ['init', root],
      ['check', root],
    ]) {
      const end = await run(...args);
      expect(end.code, args.join(' ')).toBe(3);
    }
    expect(await readdir(root)).toEqual(['diary.txt']);
  });
});
