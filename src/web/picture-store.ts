import { deferred } from './deferred.js';
import { isJpeg, isTilePng } from './png-palette.js';
import { RecentMap } from './recent-map.js';

/** Downloads at a time. */
const CONCURRENT = 10;
/** Pictures that are remembered, of some 30 KB each. */
const KEPT = 600;
/** Missing ones that are remembered. */
const KEPT_MISSING = 4000;
/** A picture that is missing is asked for again after so many milliseconds, and then ever later. */
const RETRY_MS = { first: 4000, longest: 300_000 } as const;
/** No tile's name, so what a server sends for it is what it sends for missing ones. */
const PROBE = 'blank';

/** A download that waits or runs. */
interface Download {
  readonly name: string;
  readonly promise: Promise<Uint8Array | null>;
  readonly resolve: (bytes: Uint8Array | null) => void;
  /** Whether anybody still wants it, and how much: the least first. */
  urgency: number;
  isWanted: () => boolean;
}

/**
 * The pictures in tile/: fetched a few at a time, the most urgent first, checked, and remembered. A picture that is missing may be answered by
 * an error, by a page, or by a blank picture; it is asked for again when it may have appeared.
 */
export class PictureStore {
  readonly #folder: string;
  readonly #suffix: string;
  readonly #onTrouble: (isOffline: boolean) => void;
  readonly #pictures = new RecentMap<string, Uint8Array>(KEPT);
  readonly #missing = new RecentMap<string, { until: number; pause: number }>(KEPT_MISSING);
  readonly #downloads = new Map<string, Download>();
  #queue: Download[] = [];
  #running = 0;
  #blank: Promise<Uint8Array | null> | null = null;
  #isOffline = false;
  /** Asked for while the server could not be reached. */
  readonly #unreached = new Set<string>();

  /**
   * @param folder URL of tile/, with a slash at its end
   * @param suffix `.png` or `.jpg`
   * @param onTrouble told when the server cannot be reached, and when it can again
   */
  constructor(folder: string, suffix: string, onTrouble: (isOffline: boolean) => void) {
    this.#folder = folder;
    this.#suffix = suffix;
    this.#onTrouble = onTrouble;
  }

  /** A picture that is here already. */
  at(name: string): Uint8Array | null {
    const bytes = this.#pictures.get(name);
    if (bytes === undefined) return null;
    this.#pictures.set(name, bytes); // the last to go
    return bytes;
  }

  /** Whether a picture was missing a moment ago. */
  isMissing(name: string): boolean {
    return (this.#missing.get(name)?.until ?? 0) > performance.now();
  }

  /**
   * Fetches a picture.
   *
   * @param name path within tile/, without suffix
   * @param urgency the least first
   * @param isWanted asked before the download begins
   * @returns null when it is missing, cannot be had, or is not wanted any more
   */
  async fetch(name: string, urgency: number, isWanted: () => boolean): Promise<Uint8Array | null> {
    const here = this.at(name);
    if (here !== null) return here;
    if (this.isMissing(name)) return null;
    let download = this.#downloads.get(name);
    if (download === undefined) {
      const { promise, resolve } = deferred<Uint8Array | null>();
      download = { name, promise, resolve, urgency, isWanted };
      this.#downloads.set(name, download);
      this.#queue.push(download);
      this.#pump();
    } else {
      const { isWanted: isWantedBefore } = download;
      download.urgency = Math.min(download.urgency, urgency);
      download.isWanted = () => isWanted() || isWantedBefore();
    }
    return await download.promise;
  }

  /** Asks for a picture anew the next time: it has appeared. */
  expect(name: string): void {
    this.#missing.delete(name);
  }

  #pump(): void {
    while (this.#running < CONCURRENT && this.#queue.length > 0) {
      let next = 0;
      for (let i = 1; i < this.#queue.length; i++)
        if (this.#queue[i].urgency < this.#queue[next].urgency) next = i;
      const [download] = this.#queue.splice(next, 1);
      if (!download.isWanted()) {
        this.#settle(download, null);
        continue;
      }
      this.#running++;
      void this.#load(download.name).then((bytes) => {
        this.#running--;
        this.#settle(download, bytes);
        this.#pump();
      });
    }
  }

  #settle(download: Download, bytes: Uint8Array | null): void {
    this.#downloads.delete(download.name);
    download.resolve(bytes);
  }

  async #load(name: string): Promise<Uint8Array | null> {
    let bytes: Uint8Array | null;
    try {
      bytes = await this.#get(name);
      this.#tell(false);
    } catch {
      this.#tell(true);
      this.#postpone(name);
      this.#unreached.add(name);
      return null;
    }
    if (bytes === null || !(await this.#isPicture(bytes))) {
      this.#postpone(name);
      return null;
    }
    this.#missing.delete(name);
    this.#pictures.set(name, bytes);
    return bytes;
  }

  async #get(name: string): Promise<Uint8Array | null> {
    const response = await fetch(this.#folder + name + this.#suffix);
    if (!response.ok) {
      await response.body?.cancel();
      return null;
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Whether these are the bytes of a tile, and not those that the server sends for any that is missing. */
  async #isPicture(bytes: Uint8Array): Promise<boolean> {
    if (!(this.#suffix === '.png' ? isTilePng(bytes) : isJpeg(bytes))) return false;
    this.#blank ??= this.#get(PROBE).catch(() => (this.#blank = null));
    const blank = await this.#blank;
    return blank === null || blank.length !== bytes.length || blank.some((byte, at) => byte !== bytes[at]);
  }

  #postpone(name: string): void {
    const pause = Math.min(RETRY_MS.longest, 2 * (this.#missing.get(name)?.pause ?? RETRY_MS.first / 2));
    this.#missing.set(name, { until: performance.now() + pause, pause });
  }

  #tell(isOffline: boolean): void {
    if (isOffline === this.#isOffline) return;
    this.#isOffline = isOffline;
    if (!isOffline) {
      // Whether these are missing is not known.
      for (const name of this.#unreached) this.#missing.delete(name);
      this.#unreached.clear();
    }
    this.#onTrouble(isOffline);
  }
}
