import { join } from 'node:path';
import { disk } from './disk.js';
import { list, listAll, look, remove } from './files.js';
import { filmFiles, readFilmStatus } from './film-status.js';
import { mapInGroups } from './groups.js';
import { parseKey, type Key, type Layout } from './layout.js';

/** What leaders have left that were killed goes after so long, milliseconds: a day. */
const SWEEP_MS = 86_400_000;
/**
 * Bytes of all frames at the most, when a film is begun: they are only there so that a leader that was killed need not paint again. A frame of
 * 1280 x 720 has 40 to 325 KB, so these are 7 to 60 minutes at 30 frames a second.
 */
const MAX_FRAME_BYTES = 2 ** 32;
/** So much is left when some have to go, so that not every film has to look at all of them. */
const LEFT = 0.75;
/** Names are hashes, so the first ones are as good as any to tell how large all are. */
const SAMPLE = 1000;

/** What {@link publish} and the place where a film is made (zoom/film/workplace.ts) are called: 50 letters of the film's name. */
const TEMPORARY = /^\.([0-9a-f-]{36}\.tmp|([0-9a-f]{50})-[A-Za-z0-9]{6})$/;
const FRAME = /^[0-9a-f]{64}\.png$/;

/** A film whose leader has told of it within a day. */
interface Young {
  readonly key: Key;
  /** When it was begun, milliseconds by the file server's clock. */
  readonly since: number;
}

/**
 * Removes what leaders have left in movie/ that were killed long before a film was begun, and the oldest frames where they have become too many. Films
 * stay, and so do the frames of those that are under way.
 *
 * @param key the film that is begun; it has told of itself just now, which is how the file server's time is known
 * @param ownFrames its frames; asked for only if some have to go
 */
export async function sweepMovies(
  layout: Layout,
  key: Key,
  ownFrames: () => ReadonlySet<Key>,
  maxBytes: number = MAX_FRAME_BYTES,
): Promise<void> {
  const files = await filmFiles(layout);
  const now = files.find((file) => file.key === key)?.written;
  if (now === undefined) return;
  const before = now - SWEEP_MS;
  const young: Young[] = [];
  for (const { key: film, written } of files) {
    if (written < before) await remove(layout.movieStatus(film));
    else
      young.push({ key: film, since: written - 1000 * ((await readFilmStatus(layout, film))?.seconds ?? 0) });
  }
  await sweepTemporary(layout.movieFolder, before, young);
  await sweepTemporary(layout.frameFolder, before, young);
  await makeRoom(layout, Math.min(...young.map(({ since }) => since)), ownFrames, maxBytes);
}

async function sweepTemporary(folder: string, before: number, young: readonly Young[]): Promise<void> {
  for (const name of await listAll(folder)) {
    const match = TEMPORARY.exec(name);
    // Of a film whose leader waits for tiles nothing may have been written for days, but it tells of itself.
    if (match === null || young.some(({ key }) => match[2] !== undefined && key.startsWith(match[2])))
      continue;
    const path = join(folder, name);
    const found = await look(path);
    if (found !== null && found.mtimeMs < before) await disk.rm(path, { recursive: true, force: true });
  }
}

/** @param since what was painted later stays */
async function makeRoom(
  layout: Layout,
  since: number,
  ownFrames: () => ReadonlySet<Key>,
  maxBytes: number,
): Promise<void> {
  const names = (await list(layout.frameFolder)).filter((name) => FRAME.test(name)).toSorted();
  const keys = names.map((name) => parseKey(name.slice(0, -'.png'.length)));
  const sample = await sizesOf(layout, keys.slice(0, SAMPLE));
  if (sumOf(sample) * (keys.length / Math.max(1, Math.min(SAMPLE, keys.length))) <= maxBytes) return;
  const frames = [...sample, ...(await sizesOf(layout, keys.slice(SAMPLE)))];
  let total = sumOf(frames);
  if (total <= maxBytes) return;
  const own = ownFrames();
  for (const { key, size, modified } of frames.toSorted((a, b) => a.modified - b.modified)) {
    if (total <= LEFT * maxBytes || modified >= since) return;
    if (own.has(key)) continue;
    await remove(layout.frame(key));
    total -= size;
  }
}

/** A frame that is kept. */
interface Kept {
  readonly key: Key;
  readonly size: number;
  readonly modified: number;
}

async function sizesOf(layout: Layout, keys: readonly Key[]): Promise<Kept[]> {
  const found = await mapInGroups(keys, async (key) => {
    const stats = await look(layout.frame(key));
    return stats?.isFile() ? [{ key, size: stats.size, modified: stats.mtimeMs }] : [];
  });
  return found.flat();
}

function sumOf(frames: readonly Kept[]): number {
  return frames.reduce((sum, { size }) => sum + size, 0);
}
