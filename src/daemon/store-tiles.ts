import { dirname } from 'node:path';
import { systemCode } from '../cache/cache-error.js';
import { isGone, makeFolds, publish } from '../cache/files.js';
import { assertWay } from '../cache/folders.js';
import type { Layout, WorkLayout } from '../cache/layout.js';
import type { Result } from '../cache/merge.js';
import { pictureFlaw } from '../cache/picture-file.js';
import { encodeBoringPicture, encodePicture } from '../image/picture.js';
import type { ThemeName } from '../image/themes.js';
import type { Statistics } from '../subdivide/statistics.js';
import type { InterestingChild } from '../subdivide/subdivide.js';
import { isFolded } from '../tile/folding.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { encodeRaw } from '../tile/raw.js';
import type { Outcome } from './job.js';

/** Where results go, and how they look. */
export interface Place {
  readonly layout: Layout;
  readonly work: WorkLayout;
  readonly theme: ThemeName;
  readonly image: PictureFormat;
}

/**
 * The outcome of what the file system refused.
 *
 * @throws the error when it is no such thing
 */
export function failure(error: unknown): Outcome {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  return { kind: 'failed', code, reason: error.message };
}

/**
 * Writes tiles and pictures into a client's work folder, durably.
 *
 * @param interesting the tiles; what is boring stands in the result
 */
export async function storeTiles(
  result: Result,
  interesting: readonly InterestingChild[],
  statistics: Statistics,
  { layout, work, theme, image }: Place,
): Promise<Outcome> {
  const files = interesting.flatMap(({ address, samples }) => [
    { path: work.done(address), bytes: encodeRaw(samples) },
    { path: work.tile(address), bytes: encodePicture(samples, theme, image) },
  ]);
  try {
    const folded = files.map(({ path }) => path).filter(isFolded);
    for (const path of new Map(folded.map((one) => [dirname(one), one])).values()) {
      await assertWay(work.folder, path);
      await makeFolds(path);
    }
    // Another thread may write the same one, as its parent's child, and a merge take it: it must be whole at any time.
    await Promise.all(files.map(async ({ path, bytes }) => await publish(path, bytes)));
    for (const period of new Set(result.boring.map((tile) => tile.period))) {
      // The picture of a period never changes, so an old one will do, if it is whole.
      if ((await pictureFlaw(layout.tile({ period }), image)) === null) continue;
      // Other threads make the same one, and the next merge takes it, whoever's it is: it must be whole at any time.
      await publish(work.tile({ period }), encodeBoringPicture(period, theme, image));
    }
    return { kind: 'computed', result, statistics };
  } catch (error) {
    return isGone(error) ? { kind: 'gone' } : failure(error);
  }
}
