import { appendFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendBoring, readBoring } from '../../src/cache/boring-file.js';
import { checkCache, type StepReport } from '../../src/cache/check/check.js';
import type { Made, Maker, Problem, ProblemKind } from '../../src/cache/check/problem.js';
import { repairCache } from '../../src/cache/check/repair.js';
import type { Layout } from '../../src/cache/layout.js';
import { filesOf } from '../support/essence.js';
import { newCache, PICTURE, put, RAW, tiles } from './support/scene.js';

const [M, M0, M1, M2, M3, M00] = tiles('M', 'M0', 'M1', 'M2', 'M3', 'M00');

/** A sound cache: M and M0 done, M1 and M00 to M02 waiting, M2, M3 and M03 boring. */
async function soundCache(): Promise<Layout> {
  const { layout } = await newCache();
  await rename(layout.todo(M), layout.done(M));
  await put(layout.done(M0), RAW);
  for (const address of [M1, ...tiles('M00', 'M01', 'M02')]) await put(layout.todo(address), RAW);
  for (const address of [M, M0, M1, ...tiles('M00', 'M01', 'M02')]) await put(layout.tile(address), PICTURE);
  await put(layout.tile({ period: 0 }), PICTURE);
  await put(layout.tile({ period: 1 }), PICTURE);
  const [m03] = tiles('M03');
  await appendBoring(layout.boring, [
    { address: M2, period: 0 },
    { address: M3, period: 0 },
    { address: m03, period: 1 },
  ]);
  return layout;
}

const OPTIONS = { name: 'check-test', lease: 60, onStep: () => undefined };

/** The world of {@link soundCache}. */
const WORLD: Maker = {
  make: (address): Made => {
    const boring = new Map([[M2, 0], [M3, 0], [tiles('M03')[0], 1]]).get(address); // prettier-ignore
    return boring === undefined ? { raw: RAW, picture: PICTURE } : { period: boring };
  },
  picture: () => PICTURE,
  boringPicture: () => PICTURE,
};

/** What daemons share, without what was set aside. */
async function shared(layout: Layout): Promise<unknown> {
  const files = Object.entries(await filesOf(layout.root)).filter(([name]) => !name.startsWith('bad/'));
  const { tiles: boring } = await readBoring(layout.boring);
  return {
    files: files.filter(([name]) => name !== 'boring.txt'),
    boring: [...boring].map(String).toSorted(),
  };
}

async function check(layout: Layout): Promise<Problem[]> {
  return await checkCache(layout, OPTIONS);
}

type Damage = (layout: Layout) => Promise<unknown>;

/** What is done to a sound cache, and exactly what must be found. */
const CASES: [string, Damage, [string, ProblemKind][]][] = [
  [
    'a file of another name in todo/',
    async (l) => await put(join(l.todoFolder, 'x'), ''),
    [['todo/x', 'stray']],
  ],
  ['a folder in done/', async (l) => await mkdir(join(l.doneFolder, 'x')), [['done/x', 'stray']]],
  [
    'a link instead of a tile',
    async (l) => {
      await rm(l.todo(M1));
      await symlink(l.done(M), l.todo(M1));
    },
    [['todo/M1.raw', 'stray'], ['M1', 'missing'], ['tile/M1.png', 'needless picture']], // prettier-ignore
  ],
  ['a torn tile in todo/', async (l) => await truncate(l.todo(M1), 100), [['M1', 'damaged raw']]],
  ['an empty tile in done/', async (l) => await truncate(l.done(M0), 0), [['M0', 'damaged raw']]],
  [
    'one flipped bit in a tile',
    async (l) => {
      const bytes = await readFile(l.done(M));
      bytes[200] ^= 4;
      await writeFile(l.done(M), bytes);
    },
    [['M', 'damaged raw']],
  ],
  ['a tile in todo/ and done/', async (l) => await put(l.todo(M0), RAW), [['M0', 'duplicate']]],
  [
    'a tile in todo/ and with a client',
    async (l) => await put(l.work('a').todo(M1), RAW),
    [['M1', 'duplicate']],
  ],
  [
    'a tile computed by two clients',
    async (l) => {
      await rename(l.todo(M1), l.todo(M1) + '.x');
      await put(l.work('a').ready(M1), RAW);
      await put(l.work('b').todo(M1), RAW);
      await rm(l.todo(M1) + '.x');
    },
    [['M1', 'duplicate']],
  ],
  ['a tile without its parent', async (l) => await orphan(l), [['M10', 'orphan']]],
  ['a boring line without its parent', async (l) => await line(l, 'M10 0\n'), [['M10', 'orphan']]],
  ['something else in want/', async (l) => await put(join(l.wantFolder, 'M4'), ''), [['want/M4', 'stray']]],
  ['something else in ahead/', async (l) => await put(join(l.aheadFolder, 'x'), ''), [['ahead/x', 'stray']]],
  ['a mark of a tile that is nowhere', async (l) => await put(l.ahead(M10), ''), [['M10', 'missing']]],
  [
    'a mark of a tile whose parent is done',
    async (l) => await put(l.ahead(M00), ''),
    [['M00', 'needless mark']],
  ],
  ['a tile that vanished', async (l) => await both(l), [['M1', 'missing']]],
  ['the root that vanished', async (l) => await root(l), [['M', 'missing'], ['M0', 'orphan'], ['M1', 'orphan'], ['M2', 'orphan'], ['M3', 'orphan']]], // prettier-ignore
  ['a tile that is boring too', async (l) => await line(l, 'M1 0\n'), [['M1', 'below boring']]],
  [
    'tiles within a boring one',
    async (l) => await line(l, 'M0 0\n'),
    [['M0', 'below boring'], ['M00', 'below boring'], ['M01', 'below boring'], ['M02', 'below boring'], ['M03', 'boring line']], // prettier-ignore
  ],
  ['a line that is none', async (l) => await line(l, 'M9 0\n'), [['boring.txt:4', 'boring line']]],
  ['a line of NUL bytes', async (l) => await line(l, '\0\0\0\n'), [['boring.txt:4', 'boring line']]],
  ['a line that stands there twice', async (l) => await line(l, 'M2 0\n'), [['M2', 'boring line']]],
  ['a picture that is missing', async (l) => await rm(l.tile(M00)), [['M00', 'missing picture']]],
  [
    'a period’s picture that is missing',
    async (l) => await rm(l.tile({ period: 1 })),
    [['P1', 'missing picture']],
  ],
  ['a torn picture', async (l) => await truncate(l.tile(M00), 300), [['M00', 'damaged picture']]],
  ['an empty picture', async (l) => await truncate(l.tile(M00), 0), [['M00', 'damaged picture']]],
  [
    'a picture with more behind it',
    async (l) => await appendFile(l.tile(M00), 'x'),
    [['M00', 'damaged picture']],
  ],
  [
    'a flipped bit in a picture',
    async (l) => {
      const bytes = Buffer.from(PICTURE);
      bytes[bytes.length - 30] ^= 1;
      await writeFile(l.tile({ period: 0 }), bytes);
    },
    [['P0', 'damaged picture']],
  ],
  ['a picture that is a folder', async (l) => await folderFor(l), [['M00', 'damaged picture']]],
  ['a picture of no tile', async (l) => await put(l.tile(tiles('M33')[0]), PICTURE), [['tile/M33.png', 'needless picture']]], // prettier-ignore
  ['another file in tile/', async (l) => await put(join(l.tileFolder, 'x.txt'), ''), [['tile/x.txt', 'needless picture']]], // prettier-ignore
];

/** Sound in another way: a tile that is ahead of its parent is right, and so is what a client holds. */
const KEPT = new Set([
  'a tile in todo/ and with a client',
  'a tile computed by two clients',
  'a tile without its parent',
  'a boring line without its parent',
]);

const [M10] = tiles('M10');
const line = async (l: Layout, text: string): Promise<void> => await appendFile(l.boring, text);
const orphan = async (l: Layout): Promise<void> => {
  await put(l.todo(M10), RAW);
  await put(l.tile(M10), PICTURE);
};
const both = async (l: Layout): Promise<void> => {
  await rm(l.todo(M1));
  await rm(l.tile(M1));
};
const root = async (l: Layout): Promise<void> => {
  await rm(l.done(M));
  await rm(l.tile(M));
};
const folderFor = async (l: Layout): Promise<void> => {
  await rm(l.tile(M00));
  await mkdir(l.tile(M00));
};

const byText = (a: readonly string[], b: readonly string[]): number => (a.join() < b.join() ? -1 : 1);

describe('check', () => {
  it('finds nothing where tiles were made ahead of their parents', async () => {
    const layout = await soundCache();
    const [m100, m101] = tiles('M100', 'M101');
    await put(layout.todo(m100), RAW);
    await put(layout.tile(m100), PICTURE);
    await appendFile(layout.boring, 'M101 0\n');
    for (const address of [m100, m101]) await put(layout.ahead(address), '');
    expect(await check(layout)).toEqual([]);
  });

  it('finds nothing where somebody died in the midst of a merge', async () => {
    const layout = await soundCache();
    const [m10, m12] = tiles('M10', 'M12');
    const work = layout.work('dead');
    await mkdir(work.readyFolder, { recursive: true });
    await rename(layout.todo(M1), work.ready(M1));
    await put(layout.todo(m10), RAW); // one child is there, one picture came before its tile, one line before the commit
    for (const address of tiles('M10', 'M11')) await put(layout.tile(address), PICTURE);
    await appendBoring(layout.boring, [{ address: m12, period: 0 }]);
    expect(await check(layout)).toEqual([]);
    const [m001] = tiles('M001'); // and one that was asked for: so far its picture and its mark
    await put(work.readyWant(m001), '');
    await put(layout.tile(m001), PICTURE);
    await put(layout.ahead(m001), '');
    expect(await check(layout)).toEqual([]);
  });

  it('finds nothing in a sound cache, whoever holds its tiles, and changes nothing', async () => {
    const layout = await soundCache();
    const before = await filesOf(layout.root);
    const reports: StepReport[] = [];
    const onStep = (report: StepReport): void => void reports.push(report);
    expect(await checkCache(layout, { ...OPTIONS, onStep })).toEqual([]);
    expect(reports.map(({ examined }) => examined)).toEqual([6, 0, 3, 6, 6, 9, 8]);
    expect(await filesOf(layout.root)).toEqual(before);
    await put(layout.work('a').todo(M1), RAW);
    await rm(layout.todo(M1));
    await put(layout.tile({ period: 77 }), PICTURE); // may come before its first line
    await put(join(layout.todoFolder, '.nfs01'), '');
    expect(await check(layout)).toEqual([]);
  });

  it.each(CASES)('finds %s', async (_what, damage, expected) => {
    const layout = await soundCache();
    await damage(layout);
    const problems = await check(layout);
    expect(problems.map(({ address, kind }) => [address, kind]).toSorted(byText)).toEqual(
      expected.toSorted(byText),
    );
    for (const { found, remedy } of problems) expect(found.length * remedy.length).toBeGreaterThan(0);
  });

  it.each(CASES)('mends %s', async (what, damage) => {
    const layout = await soundCache();
    const before = await shared(layout);
    await damage(layout);
    const { mended, left } = await repairCache(layout, OPTIONS, WORLD, () => undefined);
    expect(mended.length).toBeGreaterThan(0); // what is mended may be the reason of the others
    expect(left).toEqual([]);
    if (!KEPT.has(what)) expect(await shared(layout)).toEqual(before);
  });
});
