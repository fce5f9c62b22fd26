import { execFileSync } from 'node:child_process';
import { link, lutimes, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { assertWay } from '../../../src/cache/folders.js';
import type { Outside } from './outside.js';

/** Something hostile: what, under which name, in which folder of the cache. */
export interface Deed {
  readonly folder: string;
  /** In bytes, as a directory has them. */
  readonly name: Buffer;
  readonly thing: (typeof THINGS)[number];
  /** Modification time in seconds. */
  readonly time: number;
}

const FOLD = '2'.repeat(120);

const FOLDERS = [
  'todo',
  'done',
  'want',
  'ahead',
  'tile',
  'bad',
  'reference',
  'work',
  `todo/M${FOLD}`,
  `done/M${FOLD}`,
];
const DEAD = ['work/a', 'work/b', 'work/c'].flatMap((folder) =>
  ['', '/todo', '/done', '/ready', '/want', '/tile', `/todo/M${FOLD}`, `/ready/M${FOLD}`].map(
    (part) => folder + part,
  ),
);

const PLAIN =
  'M.raw M0.raw M02.raw M1.raw M33.raw M0 M3 M02.png P0.png P9.png M00000000.orbit todo done ready want tile status.json ' +
  'boring.txt a b c .clock-me .x x -rf * {a,b} M0\\ \u001b[2J \u00e9.raw ~ M0.raw.tmp 0.raw';
const NAMES = PLAIN.split(' ').concat(
  ['\n', 'M0\n.raw', 'M0.raw\n'],
  ['x'.repeat(255), '漢'.repeat(85), `M${FOLD}`, FOLD, `M${FOLD}.want`, `M${FOLD}0.want`],
);

const THINGS = [
  'empty file',
  'junk',
  'hole',
  'pipe',
  'socket',
  'folder',
  'full folder',
  'deep folder',
  'link to a file',
  'link to a folder',
  'link to the folder of that name',
  'link to nowhere',
  'link to itself',
] as const;

const TOPS = [
  'todo',
  'done',
  'tile',
  'want',
  'ahead',
  'bad',
  'work',
  'reference',
  'boring.txt',
  'cache.json',
  'lock',
];

/** Deeds within the folders of tiles and of clients. */
export const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.record({
    folder: fc.constantFrom(...FOLDERS, ...DEAD, ...DEAD),
    name: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...NAMES).map((name) => Buffer.from(name)) },
      fc
        .uint8Array({ minLength: 1, maxLength: 200 })
        .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 0x2f)))
        .filter((name) => name.length > 0 && !['.', '..'].includes(name.toString())),
    ),
    thing: fc.constantFrom(...THINGS),
    time: fc.constantFrom(0, 1, 1e9, 1_795_000_000, 7_000_000_000, 15_000_000_000),
  }),
  { minLength: 1, maxLength: 25 },
);

/** One deed that replaces a folder of the cache, or a file, or the lock. */
export const deedsAtTheTop: fc.Arbitrary<Deed> = fc
  .tuple(fc.constantFrom(...TOPS, 'held'), fc.constantFrom(...THINGS), fc.constantFrom(1, 7_000_000_000))
  // A lock with a fresh token in it is a lock, and is waited for.
  .filter(([name, thing]) => name !== 'held' || !['full folder', 'deep folder'].includes(thing))
  .map(([name, thing, time]) => ({
    folder: name === 'held' ? 'lock' : '.',
    name: Buffer.from(name),
    thing,
    time,
  }));

/** Files that no test can make quickly: they are made once, and linked. */
export async function makeParts(folder: string): Promise<string> {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const bind = 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])';
  execFileSync('python3', ['-c', bind, join(folder, 'socket')]);
  await mkdir(join(folder, 'full', 'M0.raw', 'x'), { recursive: true });
  return folder;
}

/** Does a deed; what stands there goes. Some cannot be done after others (a folder became a file), which is as well. */
export async function commit(root: string, outside: Outside, parts: string, deed: Deed): Promise<void> {
  const folder = Buffer.from(`${join(root, deed.folder)}/`);
  const path = Buffer.concat([folder, deed.name]);
  try {
    // Whoever strews must not write through links that stand there by now.
    await assertWay(root, join(root, deed.folder, 'x'));
    await mkdir(folder, { recursive: true });
    await rm(path.toString(), { recursive: true, force: true });
    await make(deed, path, outside, parts);
    await lutimes(path, deed.time, deed.time);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

async function make({ thing, name }: Deed, path: Buffer, { folder }: Outside, parts: string): Promise<void> {
  switch (thing) {
    case 'empty file':
      return await writeFile(path, '', { flag: 'wx' });
    case 'junk':
      return await writeFile(path, 'M2 0\nM0 1\n{"pid": 1', { flag: 'wx' });
    case 'hole':
      await writeFile(path, 'M0 0\n', { flag: 'wx' });
      return await truncate(path, 5e12);
    case 'pipe':
    case 'socket':
      return await link(join(parts, thing), path);
    case 'folder':
      return await mkdir(path);
    case 'full folder':
      await mkdir(path);
      for (const inner of ['M0.raw', 'x', 'M3'])
        await writeFile(Buffer.concat([path, Buffer.from(`/${inner}`)]), '');
      return;
    case 'deep folder':
      return void (await mkdir(Buffer.concat([path, Buffer.from('/M0.raw'.repeat(300))]), {
        recursive: true,
      }));
    case 'link to a file':
      return await symlink(join(folder, 'todo', 'M0.raw'), path);
    case 'link to a folder':
      return await symlink(folder, path);
    case 'link to the folder of that name':
      return await symlink(Buffer.concat([Buffer.from(`${folder}/`), name]), path);
    case 'link to nowhere':
      return await symlink('nowhere', path);
    case 'link to itself':
      return await symlink(name, path);
  }
}
