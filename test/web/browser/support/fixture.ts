import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressAt, type Address } from '../../../../src/tile/address.js';
import { daemon, run, type Ended } from '../../../e2e/support/mandeld.js';

/** The page as `npm run build` leaves it. */
const PAGE = fileURLToPath(new URL('../../../../dist/web/index.html', import.meta.url));

/** All tiles down to here are there. */
const COMPLETE_TO = 6;

/** Columns and rows of tiles about a corner of the grid, so many on each side. */
function tilesAbout(level: number, re: bigint, im: bigint, columns: bigint, rows: bigint): Address[] {
  // The root's side is 8, and begins at -4.
  const unit = 1n << BigInt(level - 3);
  const found: Address[] = [];
  for (let x = -columns; x < columns; x++)
    for (let y = -rows; y < rows; y++)
      if (im * unit + y >= 0n) found.push(addressAt({ level, x: (re + 4n) * unit + x, y: im * unit + y }));
  return found;
}

/** What is there beyond level 6: a screen about i at levels 40 and 1000, where branches end in branches, and about the antenna's tip at -2. */
const WANTED: readonly Address[] = [
  ...tilesAbout(40, 0n, 1n, 3n, 2n),
  ...tilesAbout(41, 0n, 1n, 3n, 2n),
  ...tilesAbout(1000, 0n, 1n, 3n, 2n),
  ...tilesAbout(40, -2n, 0n, 3n, 2n),
];

function expectGood({ code, err }: Ended): void {
  if (code !== 0) throw new Error(`expected the fixture to be made, got exit code ${code}: ${err}`);
}

/** Makes a cache to look at; takes some ten seconds. */
export async function makeFixture(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-web-'));
  const cache = join(folder, 'cache');
  expectGood(await run('init', cache));
  const level = `${COMPLETE_TO}`;
  expectGood(await daemon(cache, 'a', '--until-idle', '--max-level', level, '--workers', '2').ended);
  expectGood(await run('want', cache, ...WANTED));
  const tiles = `${WANTED.length}`;
  expectGood(await daemon(cache, 'a', '--max-tiles', tiles, '--workers', '2').ended);
  await cp(PAGE, join(cache, 'index.html'));
  return cache;
}

/** Removes it. */
export async function removeFixture(cache: string): Promise<void> {
  await rm(dirname(cache), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** A copy that a test may change. */
export async function copyOf(cache: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-web-'));
  await cp(cache, join(folder, 'cache'), { recursive: true, preserveTimestamps: true });
  return join(folder, 'cache');
}
