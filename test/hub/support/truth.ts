import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Layout } from '../../../src/cache/layout.js';
import { readBoring } from '../../../src/cache/boring-file.js';
import { digestOf } from '../../../src/hub/secrets.js';
import { childOf, QUADRANTS, type Address } from '../../../src/tile/address.js';
import { encodeResult, type ResultChild } from '../../../src/wire/result-codec.js';
import { daemon, run } from '../../e2e/support/mandeld.js';

/** A finished cache, out of which volunteers answer without computing anything. */
export class Truth {
  readonly root: string;
  /** Tiles of this level are not subdivided. */
  readonly level: number;
  readonly #layout: Layout;
  readonly #boring: ReadonlyMap<Address, number>;
  readonly #uploads = new Map<Address, Promise<Uint8Array | null>>();
  readonly #raws = new Map<Address, Promise<Uint8Array | null>>();

  private constructor(root: string, level: number, boring: ReadonlyMap<Address, number>) {
    this.root = root;
    this.level = level;
    this.#layout = new Layout(root, 'png');
    this.#boring = boring;
  }

  /** Opens a finished cache, made by a plain daemon where there is none. */
  static async open(root: string, level: number): Promise<Truth> {
    if (!existsSync(root)) {
      await run('init', root);
      const made = await daemon(root, 'alone', '--until-idle', '--max-level', `${level}`, '--workers', '2')
        .ended;
      if (made.code !== 0) throw new Error(made.err);
    }
    const { tiles } = await readBoring(new Layout(root, 'png').boring);
    return new Truth(root, level, tiles);
  }

  /** What an honest volunteer uploads for a tile; null when there is no such tile. */
  async upload(address: Address): Promise<Uint8Array | null> {
    const known = this.#uploads.get(address) ?? this.#read(address);
    this.#uploads.set(address, known);
    return await known;
  }

  /** Whether an upload is the right one, by its SHA-256. */
  async isRight(address: Address, digest: Uint8Array): Promise<boolean> {
    const upload = await this.upload(address);
    return upload !== null && digestOf(upload).equals(digest);
  }

  /** The raw file of a tile; null when there is none. */
  async raw(address: Address): Promise<Uint8Array | null> {
    const known =
      this.#raws.get(address) ??
      readFile(this.#layout.done(address)).catch(
        async () => await readFile(this.#layout.todo(address)).catch(() => null),
      );
    this.#raws.set(address, known);
    return await known;
  }

  async #read(address: Address): Promise<Uint8Array | null> {
    const children: ResultChild[] = [];
    for (const child of QUADRANTS.map((quadrant) => childOf(address, quadrant))) {
      const boring = this.#boring.get(child);
      const raw = boring === undefined ? await this.raw(child) : null;
      if (raw === null && boring === undefined) return null;
      children.push(raw === null ? { boring: boring ?? 0 } : { raw });
    }
    return encodeResult(children);
  }
}
