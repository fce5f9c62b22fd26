import { formatPowerOfTwo } from '../math/decimal.js';
import { levelOf, parentOf, type Address } from '../tile/address.js';
import { foldAddress } from '../tile/folding.js';
import { log2Spacing, SIDE } from '../tile/grid.js';
import { cellAt } from '../tile/mirror.js';
import { DUMMY, EXTERIOR } from '../tile/samples.js';
import type { BoringLookup } from './boring-lookup.js';
import { RawFile, type Sample } from './raw-file.js';
import { RecentMap } from './recent-map.js';
import { atLevel, FRACTION_BITS, panned, TILE_SIDE, type View } from './view.js';

/** Raw files that are remembered: 400 KB each. */
const KEPT = 24;
/** Levels above the tile under the pointer at which its raw file is looked for. */
const LEVELS_UP = 4;

/** Tells what is known of the point under the pointer: tile, period, distance. */
export class Inspector {
  readonly #base: string;
  readonly #boring: BoringLookup;
  readonly #files = new RecentMap<string, Promise<RawFile | null>>(KEPT);

  /** @param base URL of the cache, with a slash at its end */
  constructor(base: string, boring: BoringLookup) {
    this.#base = base;
    this.#boring = boring;
  }

  /** What is known of a point, in words; CSS pixels from the view's centre. */
  async describe(view: View, right: number, down: number): Promise<string> {
    const { level, x, y } = panned(view, right, down);
    const fraction = BigInt(FRACTION_BITS);
    const cell = cellAt(level, x >> fraction, y >> fraction);
    if (cell === null) return 'Outside the root tile: |c| > 2, exterior.';
    const { address, isMirrored } = cell;
    const title = `${shortened(address)}, level ${level}${isMirrored ? ', mirrored' : ''}`;
    const [boring] = await this.#boring.find([address]);
    if (boring !== null) {
      const of =
        boring.length === address.length ? '' : ` (it lies in ${shortened(address.slice(0, boring.length))})`;
      return `${title}\nBoring${of}: ${kindOf(boring.period)}, and so is all within a pixel of it.`;
    }
    let tile: Address | null = address;
    for (let up = 0; tile !== null && up <= LEVELS_UP; up++, tile = parentOf(tile)) {
      const file = await this.#fileOf(tile);
      if (file === null) continue;
      return `${title}\n${describeSample(sampleAt(file, tile, view, right, down), levelOf(tile))}`;
    }
    return `${title}\nNothing is known of this point yet.`;
  }

  async #fileOf(address: Address): Promise<RawFile | null> {
    let file = this.#files.get(address);
    if (file === undefined) {
      file = this.#load(address);
      this.#files.set(address, file);
      // One that is missing may come.
      void file.then((found) => found ?? setTimeout(() => this.#files.delete(address), 5000));
    }
    return await file;
  }

  async #load(address: Address): Promise<RawFile | null> {
    for (const folder of ['done', 'todo']) {
      const response = await fetch(`${this.#base}${folder}/${foldAddress(address)}.raw`).catch(() => null);
      if (response === null) return null;
      if (!response.ok) continue;
      const file = await RawFile.read(new Uint8Array(await response.arrayBuffer()));
      if (file !== null) return file;
    }
    return null;
  }
}

/** The sample of a tile that is nearest to a point of the view. */
function sampleAt(file: RawFile, address: Address, view: View, right: number, down: number): Sample {
  const point = panned(view, right, down);
  const level = levelOf(address);
  const mask = (1n << BigInt(FRACTION_BITS)) - 1n;
  const height = atLevel(point.y < 0n ? -point.y : point.y, point.level, level);
  const share = (value: bigint): number => Number(value & mask) / 2 ** FRACTION_BITS;
  const column = Math.round(share(atLevel(point.x, point.level, level)) * TILE_SIDE);
  const row = SIDE - 1 - Math.round(share(height) * TILE_SIDE);
  return file.at(column, row);
}

function describeSample({ period, log2Distance }: Sample, level: number): string {
  if (period === DUMMY) return 'On the real axis: never calculated.';
  if (period < EXTERIOR) return 'Unresolved: nearer to the boundary than could be told.';
  const units = formatPowerOfTwo(log2Distance + log2Spacing(level));
  const distance = units.replace(/^(\d\.\d{3})\d*/, '$1');
  return `${kindOf(period)}\nDistance to the boundary: about ${distance}, ${pixels(log2Distance)} of level ${level}`;
}

function pixels(log2Distance: number): string {
  const count = 2 ** log2Distance;
  return `${count < 0.01 || count > 9999 ? count.toExponential(1) : Number(count.toPrecision(3))} pixels`;
}

function kindOf(period: number): string {
  return period === EXTERIOR ? 'Exterior' : `Interior, period ${period}`;
}

function shortened(address: string): string {
  return address.length <= 42 ? address : `${address.slice(0, 24)}…${address.slice(-12)}`;
}
