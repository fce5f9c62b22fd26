import type { VerdictBatch } from '../math/batch.js';
import type { DeepKernel, Reference } from '../math/deep-kernel.js';
import { addressAt, ancestorOf, positionOf, type Address } from '../tile/address.js';
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

/** A reference that takes longer than reading it from a disk: steps times the square of their bits, tens of milliseconds. */
const WORTH_KEEPING = 2 ** 32;

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

/** The cell of samples of a level that lie in a tile of the same level or of the one above. */
export function cellOf(address: Address, level: number): Address {
  return ancestorOf(address, cellLevelOf(level));
}

function cellLevelOf(level: number): number {
  return CELL_LEVELS * Math.floor((level - 1) / CELL_LEVELS);
}

/** Decides samples of deep levels in one thread. */
export class DeepSampler {
  readonly #kernel: DeepKernel;
  /** By cell, the one that was used last at the end. */
  readonly #references = new Map<Address, Reference>();
  /** Cells whose references were made here and not taken since. */
  readonly #made = new Set<Address>();

  constructor(kernel: DeepKernel) {
    this.#kernel = kernel;
  }

  /**
   * Decides samples that lie in one tile of the level above or in one of the level itself.
   *
   * @param verdicts receives the answers; distances in spacings
   */
  decide({ level, west, south, x, y }: DeepSamples, budget: number, verdicts: VerdictBatch): void {
    const cellLevel = cellLevelOf(level);
    const side = BigInt(INTERVALS) << BigInt(level - cellLevel);
    const column = west / side;
    const row = south / side;
    const reference = this.#referenceOf(addressAt({ level: cellLevel, x: column, y: row }));
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

  /** Whether a cell's reference is in memory. */
  knows(cell: Address): boolean {
    return this.#references.has(cell);
  }

  /** Those references that were made since the last call, and are worth keeping in a store. */
  takeMade(): Map<Address, Reference> {
    const made = new Map([...this.#references].filter(([cell]) => this.#made.has(cell)));
    this.#made.clear();
    return made;
  }

  #referenceOf(cell: Address): Reference {
    const reference = this.#references.get(cell) ?? this.#make(cell);
    this.keep(cell, reference);
    return reference;
  }

  #make(cell: Address): Reference {
    const { level, x, y } = positionOf(cell);
    const bits = level + GUARD_BITS;
    // Half a cell's side is 4 2^-level.
    const half = 4n << BigInt(bits - level);
    const re = (2n * x + 1n) * half - (4n << BigInt(bits));
    const im = (2n * y + 1n) * half;
    const reference = this.#kernel.makeReference({ re, im, bits, log2Radius: LOG2_RADIUS - level });
    if (reference.length * bits ** 2 > WORTH_KEEPING) this.#made.add(cell);
    return reference;
  }

  /** Keeps a cell's reference, which may come from a store, as the last one used; drops those that were not used for longest. */
  keep(cell: Address, reference: Reference): void {
    this.#references.delete(cell);
    this.#references.set(cell, reference);
    let points = 0;
    for (const { length } of this.#references.values()) points += length;
    for (const [oldest, { length }] of this.#references) {
      if (points <= MAX_POINTS || this.#references.size === 1) return;
      this.#references.delete(oldest);
      points -= length;
    }
  }
}
