import { relative, resolve } from 'node:path';
import { Layout, parseKey, periodOf, type Key, type PictureName } from '../cache/layout.js';
import { isAddress, type Address } from '../tile/address.js';
import { unfoldAddress } from '../tile/folding.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { isServedFormat, type ServedFormat } from './film-limits.js';

/**
 * What a request may name. All names that are served consist of letters, digits, dots and slashes; so a path with any other byte names
 * nothing, and nothing is ever decoded: `%2e%2e` and `%2F` are no dots and no slash here. A path on the disk is then built by
 * the cache's {@link Layout} from a validated address or period, never from the text that came.
 */

/** Where every request goes that names nothing. */
export const NOWHERE = '/nowhere';

/** The path of a request's target without its query, or {@link NOWHERE} when it could not be a name. */
export function pathOf(target: string | undefined): string {
  const [path] = (target ?? '').split('?', 1);
  return /^\/[A-Za-z0-9._/]*$/.test(path) && !/\.\.|\/\/|\/\./.test(path) ? path : NOWHERE;
}

/** A picture that a path below `/tile/` names. */
export interface NamedPicture {
  readonly name: PictureName;
  readonly format: PictureFormat;
}

/**
 * The picture of a path below `/tile/`.
 *
 * @param path as `M0213.png` or `P3.png`; long addresses are folded
 * @returns null when it is no picture's name
 */
export function pictureOf(path: string): NamedPicture | null {
  const [, stem, format] = /^(.+)\.(png|jpg)$/.exec(path) ?? [];
  if (format !== 'png' && format !== 'jpg') return null;
  const period = periodOf(stem);
  if (period !== null) return period <= 2147483647 ? { name: { period }, format } : null;
  const name = addressOf(stem);
  return name === null ? null : { name, format };
}

/** The tile of a path below `/done/` or `/todo/`, as `M0213.raw`; null when it is none. */
export function rawOf(path: string): Address | null {
  return path.endsWith('.raw') ? addressOf(path.slice(0, -'.raw'.length)) : null;
}

/** The key of a text; null when it is none. */
export function keyOf(text: string): Key | null {
  try {
    return parseKey(text);
  } catch {
    return null;
  }
}

/** What a path below `/movie/` names: a film, as `KEY.mp4`, or a frame, as `frame/KEY.png`. */
export type NamedMovie = { readonly key: Key; readonly format: ServedFormat | 'frame' };

/** The film or frame of a path below `/movie/`; null when it is none. */
export function movieOf(path: string): NamedMovie | null {
  const [, folder, name = '', ending = ''] = /^(frame\/)?([^./]+)\.([a-z0-9]+)$/.exec(path) ?? [];
  const key = keyOf(name);
  if (key === null) return null;
  if (folder !== undefined) return ending === 'png' ? { key, format: 'frame' } : null;
  return isServedFormat(ending) ? { key, format: ending } : null;
}

function addressOf(path: string): Address | null {
  // A look first, since an exception for every wrong name would make a flood of them dear.
  if (!isAddress(path.replaceAll('/', ''))) return null;
  try {
    return unfoldAddress(path);
  } catch {
    return null;
  }
}

/** The files that are served, as paths from the cache's root. */
export class ServedFiles {
  readonly #root: string;
  readonly #layouts: Readonly<Record<PictureFormat, Layout>>;

  constructor(root: string) {
    this.#root = resolve(root);
    this.#layouts = { png: new Layout(this.#root, 'png'), jpg: new Layout(this.#root, 'jpg') };
  }

  picture({ name, format }: NamedPicture): string {
    return relative(this.#root, this.#layouts[format].tile(name));
  }
  done(address: Address): string {
    return relative(this.#root, this.#layouts.png.done(address));
  }
  todo(address: Address): string {
    return relative(this.#root, this.#layouts.png.todo(address));
  }
  movie({ key, format }: NamedMovie): string {
    const layout = this.#layouts.png;
    return relative(this.#root, format === 'frame' ? layout.frame(key) : layout.movie(key, format));
  }
  get boring(): string {
    return relative(this.#root, this.#layouts.png.boring);
  }
  get settings(): string {
    return relative(this.#root, Layout.settingsOf(this.#root));
  }
}
