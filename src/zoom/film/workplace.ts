import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemCode } from '../../cache/cache-error.js';
import { FilmError } from './film-error.js';
import { isFrameName } from './frame-name.js';
import { atProcessEnd } from './process-end.js';

/** A file name may have 255 bytes, and a character four of them. */
const LONGEST_NAME = 50;

/**
 * Where a film is made: a temporary folder beside its place, so that putting it there is a rename.
 *
 * ```
 * .zoom.mp4-x7Gh2k/film      a file, or a folder of pictures
 * .zoom.mp4-x7Gh2k/before    a folder of pictures that was in the film's place
 * ```
 */
export class Workplace {
  /** Where the film goes. */
  readonly target: string;
  /** Where it is made. */
  readonly film: string;
  readonly #folder: string;
  readonly #forget: () => void;

  private constructor(target: string, folder: string) {
    this.target = target;
    this.film = join(folder, 'film');
    this.#folder = folder;
    this.#forget = atProcessEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  }

  /**
   * Makes the folder.
   *
   * @param isFolder whether the film is a folder of pictures
   * @throws FilmError EEXISTS when what is in the film's place must not be replaced
   */
  static async make(path: string, isFolder: boolean): Promise<Workplace> {
    const target = resolve(path);
    await mayReplace(target, isFolder);
    const name = Array.from(basename(target)).slice(0, LONGEST_NAME).join('');
    return new Workplace(target, await mkdtemp(join(dirname(target), `.${name}-`)));
  }

  /**
   * Makes sure that a film can be put into a place, now and without leaving anything there: whoever makes one for hours should not learn it
   * at the end.
   *
   * @throws as {@link make}
   */
  static async try(path: string, isFolder: boolean): Promise<void> {
    await (await Workplace.make(path, isFolder)).remove();
  }

  /** Takes a film, or a folder of pictures, that is somewhere else. */
  async copy(from: string, isFolder: boolean): Promise<void> {
    if (!isFolder) return await copyFile(from, this.film);
    await mkdir(this.film);
    for (const name of await readdir(from)) {
      const path = join(this.film, name);
      await copyFile(join(from, name), path);
      await sync(path);
    }
  }

  /** Puts the film into its place, durably, and removes the folder. */
  async publish(isFolder: boolean): Promise<void> {
    await sync(this.film);
    if (isFolder) await this.#replaceFolder();
    else await rename(this.film, this.target);
    await sync(dirname(this.target));
    await this.remove();
  }

  /** Removes whatever is left of it; it may be gone. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    this.#forget();
  }

  async #replaceFolder(): Promise<void> {
    const before = join(this.#folder, 'before');
    // Looked at again: it has been a while.
    await mayReplace(this.target, true);
    const isReplaced = await rename(this.target, before).then(
      () => true,
      (error: unknown) => {
        if (systemCode(error) === 'ENOENT') return false;
        throw error;
      },
    );
    try {
      await rename(this.film, this.target);
    } catch (error) {
      if (isReplaced) await rename(before, this.target);
      throw error;
    }
  }
}

/** A file replaces a file, and a folder of frames one that holds nothing else. */
async function mayReplace(target: string, isFolder: boolean): Promise<void> {
  let there;
  try {
    there = await stat(target);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (there.isDirectory() !== isFolder) {
    throw new FilmError(
      'EEXISTS',
      target,
      `expected ${target} to be a ${isFolder ? 'folder' : 'file'} or not to be there; give another name`,
    );
  }
  if (!isFolder) return;
  const other = (await readdir(target)).find((name) => !isFrameName(name));
  if (other !== undefined) {
    throw new FilmError(
      'EEXISTS',
      target,
      `${target} holds more than the frames of a film, ${other} for one, and is not replaced; give another name`,
    );
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
