import { join, resolve } from 'node:path';
import { DIGITS_PER_FOLDER, foldAddress, foldMarker } from '../tile/folding.js';
import type { Address } from '../tile/address.js';
import type { PictureFormat } from '../tile/picture-format.js';

/**
 * Every path in a cache is built here, and only from validated addresses, client names and periods.
 *
 * ```
 * cache.json                       settings, see settings.ts
 * index.html                       the map
 * lock/held/                       exists while a client holds the lock, with the holder's token inside
 * boring.txt                       one line a boring tile, grows at its end only
 * todo/A.raw  done/A.raw           tiles waiting, tiles subdivided
 * tile/A.png  tile/P<period>.png   pictures
 * want/A                           asked for out of turn
 * ahead/A                          made out of turn, its parent not being subdivided yet
 * movie/KEY.mp4                    films, by a hash of all that determines them
 * movie/KEY.json                   how far a film is, while it is being made; see film-status.ts
 * movie/frame/KEY.png              their frames, likewise
 * reference/A.orbit                reference orbits of cells, for deep tiles; may be removed at any time
 * bad/                             what was found in todo/ and cannot be a tile, set aside
 * work/CLIENT/status.json          heartbeat
 * work/CLIENT/.member-*            token of the session, see membership.ts
 * work/CLIENT/todo/A.raw           claimed; results, if any, are incomplete
 * work/CLIENT/want/A               the same of one that was asked for
 * work/CLIENT/ready/A.raw, ready/A computed; results are complete in done/, tile/ and boring.txt beside it
 * work/CLIENT/{done,tile}/, boring.txt
 * ```
 */
export class Layout {
  readonly root: string;
  readonly format: PictureFormat;

  constructor(root: string, format: PictureFormat) {
    this.root = root;
    this.format = format;
  }

  static settingsOf(root: string): string {
    return join(root, 'cache.json');
  }

  get lockFolder(): string {
    return join(this.root, 'lock');
  }
  /** Made by proper-lockfile; the token of the holder stands in it. */
  get heldLock(): string {
    return join(this.root, 'lock', 'held');
  }
  get boring(): string {
    return join(this.root, 'boring.txt');
  }
  get page(): string {
    return join(this.root, 'index.html');
  }
  get badFolder(): string {
    return join(this.root, 'bad');
  }
  get workFolder(): string {
    return join(this.root, 'work');
  }
  get todoFolder(): string {
    return join(this.root, 'todo');
  }
  get doneFolder(): string {
    return join(this.root, 'done');
  }
  get tileFolder(): string {
    return join(this.root, 'tile');
  }
  get wantFolder(): string {
    return join(this.root, 'want');
  }
  get aheadFolder(): string {
    return join(this.root, 'ahead');
  }
  todo(address: Address): string {
    return join(this.todoFolder, rawName(address));
  }
  done(address: Address): string {
    return join(this.doneFolder, rawName(address));
  }
  tile(name: PictureName): string {
    return join(this.tileFolder, pictureFile(name, this.format));
  }
  want(address: Address): string {
    return join(this.wantFolder, foldMarker(address));
  }
  ahead(address: Address): string {
    return join(this.aheadFolder, foldMarker(address));
  }
  get referenceFolder(): string {
    return join(this.root, 'reference');
  }
  /** The reference orbit of the region of a tile. */
  reference(cell: Address): string {
    return join(this.referenceFolder, `${foldAddress(cell)}.orbit`);
  }
  get movieFolder(): string {
    return join(this.root, 'movie');
  }
  /** A film; `png` and `frames` are folders and texts of such a name. */
  movie(key: Key, ending: string): string {
    return join(this.movieFolder, `${key}.${ending}`);
  }
  /** How far a film is that is being made. */
  movieStatus(key: Key): string {
    return join(this.movieFolder, `${key}.json`);
  }
  get frameFolder(): string {
    return join(this.movieFolder, 'frame');
  }
  /** A frame of films. */
  frame(key: Key): string {
    return join(this.frameFolder, `${key}.png`);
  }
  /** A file that is written to learn the file server's time. */
  clock(client: string): string {
    return join(this.workFolder, `${CLOCK_PREFIX}${client}`);
  }
  /** The folders that every cache has. */
  get folders(): readonly string[] {
    return ['lock', 'todo', 'done', 'tile', 'want', 'work'].map((name) => join(this.root, name));
  }
  /** These, and the ones that are made when they are needed. */
  get allFolders(): readonly string[] {
    return [...this.folders, this.aheadFolder, this.badFolder, this.referenceFolder];
  }
  work(client: string): WorkLayout {
    return new WorkLayout(join(this.workFolder, client), this.format);
  }
}

/** A hash that names what it was made of: 64 hexadecimal digits. */
export type Key = string & { readonly [keyBrand]: true };
declare const keyBrand: unique symbol;

/** @throws RangeError when a text is none */
export function parseKey(text: string): Key {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new RangeError('expected 64 hexadecimal digits');
  return text as Key;
}

/** Bytes that a path may have, Linux' PATH_MAX without the NUL at its end. */
const MAX_PATH = 4095;
/** What a tile's path may have beside root and address: work/, a client's name, a folder, an extension, a temporary name. */
const PATH_MARGIN = 180;

/** The deepest level whose tiles have paths in a cache. */
export function deepestLevel(root: string): number {
  const room = MAX_PATH - PATH_MARGIN - new TextEncoder().encode(resolve(root)).length;
  return Math.max(0, Math.floor((room * DIGITS_PER_FOLDER) / (DIGITS_PER_FOLDER + 1)));
}

/** With these begin the names of the files by which clients prove that they are members. */
export const TOKEN_PREFIX = '.member-';
/** With these begin the names of the files by which the file server's time is learnt. */
export const CLOCK_PREFIX = '.clock-';

/** The folder of one client. */
export class WorkLayout {
  readonly folder: string;
  readonly format: PictureFormat;

  constructor(folder: string, format: PictureFormat) {
    this.folder = folder;
    this.format = format;
  }

  get status(): string {
    return join(this.folder, 'status.json');
  }
  get boring(): string {
    return join(this.folder, 'boring.txt');
  }
  get todoFolder(): string {
    return join(this.folder, 'todo');
  }
  get wantFolder(): string {
    return join(this.folder, 'want');
  }
  get readyFolder(): string {
    return join(this.folder, 'ready');
  }
  get doneFolder(): string {
    return join(this.folder, 'done');
  }
  get tileFolder(): string {
    return join(this.folder, 'tile');
  }
  todo(address: Address): string {
    return join(this.todoFolder, rawName(address));
  }
  /** A tile that was asked for, while it is being made. */
  want(address: Address): string {
    return join(this.wantFolder, foldMarker(address));
  }
  ready(address: Address): string {
    return join(this.readyFolder, rawName(address));
  }
  /** A tile that was asked for, when it is made. */
  readyWant(address: Address): string {
    return join(this.readyFolder, foldMarker(address));
  }
  done(address: Address): string {
    return join(this.doneFolder, rawName(address));
  }
  tile(name: PictureName): string {
    return join(this.tileFolder, pictureFile(name, this.format));
  }
  get folders(): readonly string[] {
    return [...this.tileFolders, this.doneFolder, this.tileFolder];
  }
  /** Those in which a tile may have its only place. */
  get tileFolders(): readonly string[] {
    return [this.todoFolder, this.wantFolder, this.readyFolder];
  }
}

/** A picture shows a tile, or stands for all boring tiles of a period. */
export type PictureName = Address | { readonly period: number };

/** The period of a picture's name without its extension, as `P3`; null when it is another name. Of ten digits at the most. */
export function periodOf(name: string): number | null {
  return /^P(0|[1-9][0-9]{0,9})$/.test(name) ? Number(name.slice(1)) : null;
}

function rawName(address: Address): string {
  return `${foldAddress(address)}.raw`;
}

function pictureFile(name: PictureName, format: PictureFormat): string {
  return `${typeof name === 'string' ? foldAddress(name) : `P${name.period}`}.${format}`;
}
