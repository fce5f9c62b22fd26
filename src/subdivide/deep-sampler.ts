import type { VerdictBatch } from '../math/batch.js';
import type { DeepKernel, Reference } from '../math/deep-kernel.js';
import { INTERVALS, log2Spacing } from '../tile/grid.js';

/**
 * Samples beyond the levels of doubles. What they are computed relative to follows from the address alone, so that every
 * machine gets the same bits: the reference of the cell around them at a level that is a multiple of {@link CELL_LEVELS}. So all
 * tiles of a cell, and of the levels down to the next cells, share it.
 */

/** Levels from one cell to the next. A cell's reference serves 1 to 8 levels below it. */
const CELL_LEVELS = 8;
/** Binary digits that a reference has beyond its cell's level: 13 to the last spacing that it serves, the rest for rounding. */
const GUARD_BITS = 96;
/** log2 of the radius of the ball around a cell of level 0. */
const LOG2_RADIUS = 2.5;
/** Points of all references that are kept at the most, 16 bytes each; the last one is always kept. */
const MAX_POINTS = 2 ** 21;

/** Radius of the disc around a cell, in spacings of its last level. */
const REGION = INTERVALS * 2 ** CELL_LEVELS * Math.SQRT1_2;

/** Samples of one level to be decided. */
export interface DeepSamples {
  readonly level: number;
  /** Column index (src/tile/grid.ts) of the western edge of the square around all of them. */
  readonly west: bigint;
  /** Row index of its southern edge. */
  readonly south: bigint;
  /** Columns and rows from there, in spacings. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Decides samples of deep levels in one thread. */
export class DeepSampler {
  readonly #kernel: DeepKernel;
  /** By cell, the one that was used last at the end. */
  readonly #references = new Map<string, Reference>();

  constructor(kernel: DeepKernel) {
    this.#kernel = kernel;
  }

  /**
   * Decides samples that lie in one tile of the level above or in one of the level itself.
   *
   * @param verdicts receives the answers; distances in spacings
   */
  decide({ level, west, south, x, y }: DeepSamples, budget: number, verdicts: VerdictBatch): void {
    const cellLevel = CELL_LEVELS * Math.floor((level - 1) / CELL_LEVELS);
    const side = BigInt(INTERVALS) << BigInt(level - cellLevel);
    const column = west / side;
    const row = south / side;
    const reference = this.#referenceOf(cellLevel, column, row);
    const centreX = Number(west - column * side) - Number(side / 2n);
    const centreY = Number(south - row * side) - Number(side / 2n);
    // All levels of a cell in the spacings of its last one: the answers are the same bits, and the table serves them all.
    const lastLevel = cellLevel + CELL_LEVELS;
    const scale = 2 ** (lastLevel - level);
    const points = {
      x: x.map((value) => (value + centreX) * scale),
      y: y.map((value) => (value + centreY) * scale),
    };
    const spacing = { mantissa: 1, exponent: log2Spacing(lastLevel) };
    this.#kernel.decide(reference, spacing, REGION, points, x.length, budget, verdicts);
    for (let i = 0; i < x.length; i++) verdicts.log2Distance[i] -= lastLevel - level;
  }

  #referenceOf(level: number, column: bigint, row: bigint): Reference {
    const key = `${level} ${column} ${row}`;
    let reference = this.#references.get(key);
    if (reference === undefined) {
      const bits = level + GUARD_BITS;
      // Half a cell's side is 4 2^-level.
      const half = 4n << BigInt(bits - level);
      const re = (2n * column + 1n) * half - (4n << BigInt(bits));
      const im = (2n * row + 1n) * half;
      const log2Radius = LOG2_RADIUS - level;
      reference = this.#kernel.makeReference({ re, im, bits, log2Radius });
    }
    this.#references.delete(key);
    this.#references.set(key, reference);
    this.#forget();
    return reference;
  }

  /** Drops those that were not used for longest. */
  #forget(): void {
    let points = 0;
    for (const { length } of this.#references.values()) points += length;
    for (const [key, { length }] of this.#references) {
      if (points <= MAX_POINTS || this.#references.size === 1) return;
      this.#references.delete(key);
      points -= length;
    }
  }
}
