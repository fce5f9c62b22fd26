import { TABLE_STEPS } from '../image/film-colours.js';
import { INTERVALS, SIDE } from '../tile/grid.js';
import { BLOCK, BLOCKS, type FilmTile } from './film-tile.js';
import type { Layer } from './frame-layer.js';

/** In the place of a place: samples of several. */
export const MIXED = -1;

/** Far outside, where no tile is: the exterior, at the largest distance. */
const FAR = TABLE_STEPS - 1;

/**
 * A line of samples of one layer, taken apart into stretches of one place each, and such of several. Nearly all samples of a film lie in a few
 * long stretches of one place: in the request of docs/movies.md 98 of 100.
 */
export class FrameLine {
  readonly layer: Layer;
  readonly #count: number;
  /** For each stretch the sample after its last one, and its place or {@link MIXED}. */
  readonly ends: Int32Array;
  readonly places: Int32Array;
  /** The stretch that the painter has come to. */
  at = 0;
  /** Whether the stretches are those of the line that was looked along before. */
  isAsBefore = false;
  /** The row of cells and, for each of them, the row of blocks in which the line before lay. */
  #row = -1;
  readonly #blockRows: Int32Array;
  #east = 0;
  #north = 0;
  #stepEast = 0;
  #stepNorth = 0;

  /** @param count samples of the line */
  constructor(layer: Layer, count: number) {
    this.layer = layer;
    this.#count = count;
    this.ends = new Int32Array(count);
    this.places = new Int32Array(count);
    this.#blockRows = new Int32Array(layer.grid.columns);
  }

  /**
   * Looks along a line.
   *
   * @param right where the first sample is, in samples from the frame's centre
   * @param up likewise
   * @param cosine of the frame's angle
   * @param sine of it
   */
  trace(right: number, up: number, cosine: number, sine: number): void {
    const { parts, grid } = this.layer;
    const { ratio, x, y, columns } = grid;
    const count = this.#count;
    const east = x + (right * cosine + up * sine) * ratio;
    const north = y + (up * cosine - right * sine) * ratio;
    const stepEast = cosine * ratio;
    const stepNorth = -sine * ratio;
    this.at = 0;
    this.#east = east;
    this.#north = north;
    this.#stepEast = stepEast;
    this.#stepNorth = stepNorth;
    this.isAsBefore = sine === 0 && this.#liesInSameBlocks(north);
    if (this.isAsBefore) return;
    const { ends, places } = this;
    let stretch = 0;
    let before = -2;
    for (let i = 0; i < count;) {
      const e = east + i * stepEast;
      const n = north + i * stepNorth;
      // Nothing of a line lies below 0, where the grid begins, so cutting off is rounding down, and keeps the numbers whole ones.
      const c = (e / INTERVALS) | 0;
      const r = (n / INTERVALS) | 0;
      const fromWest = e - c * INTERVALS;
      const fromSouth = n - r * INTERVALS;
      let stay = Math.min(
        stepsWithin(fromWest, INTERVALS, stepEast),
        stepsWithin(fromSouth, INTERVALS, stepNorth),
      );
      let place = FAR;
      const part = parts[r * columns + c];
      if (part !== null) {
        const { tile, x0, dx, y0, dy, steps } = part;
        const px = x0 + dx * fromWest;
        const py = y0 + dy * fromSouth;
        const ix = Math.min(INTERVALS - 1, px | 0);
        const iy = Math.min(INTERVALS - 1, py | 0);
        const square = tile.squares[((iy / BLOCK) | 0) * BLOCKS + ((ix / BLOCK) | 0)];
        const side = square === 0 ? BLOCK : square;
        place = square === 0 ? MIXED : deeper(tile.places[iy * SIDE + ix], steps);
        // As far as the line stays in the square, and in the cell, of which a square of an ancestor may be the larger one.
        stay = Math.min(
          stay,
          stepsWithin(px - side * ((px / side) | 0), side, dx * stepEast),
          stepsWithin(py - side * ((py / side) | 0), side, dy * stepNorth),
        );
      }
      i = Math.min(count, i + Math.max(1, Math.ceil(stay)));
      if (place === before) {
        ends[stretch - 1] = i;
      } else {
        before = place;
        ends[stretch] = i;
        places[stretch++] = place;
      }
    }
  }

  /** Whether a line from west to east lies in the same blocks as the one before: then it has the same stretches. */
  #liesInSameBlocks(north: number): boolean {
    const { parts, grid } = this.layer;
    const row = (north / INTERVALS) | 0;
    const fromSouth = north - row * INTERVALS;
    let isSame = row === this.#row;
    this.#row = row;
    for (let c = 0; c < grid.columns; c++) {
      const part = parts[row * grid.columns + c];
      if (part === null) continue;
      const blockRow = (Math.min(INTERVALS - 1, (part.y0 + part.dy * fromSouth) | 0) / BLOCK) | 0;
      if (blockRow !== this.#blockRows[c]) isSame = false;
      this.#blockRows[c] = blockRow;
    }
    return isSame;
  }

  /**
   * Adds the colours of the samples `from` to `to`, of which the first lies in the stretch {@link at}.
   *
   * @param from the first sample of a pixel
   * @param to the one after the last of a pixel
   * @param supersample samples of the line to a pixel
   * @param sums red, green and blue of each pixel from the first on
   */
  add(from: number, to: number, supersample: number, sums: Float32Array): void {
    const { ends, places } = this;
    for (let i = from, stretch = this.at; i < to; stretch++) {
      const end = Math.min(to, ends[stretch]);
      const place = places[stretch];
      if (place === MIXED) this.#addMixed(i, end, i - from, supersample, sums);
      else this.#addPlain(place, end - i, i - from, supersample, sums);
      i = end;
    }
  }

  #addPlain(place: number, length: number, first: number, supersample: number, sums: Float32Array): void {
    const { table, weight } = this.layer;
    const red = weight * table[3 * place];
    const green = weight * table[3 * place + 1];
    const blue = weight * table[3 * place + 2];
    let at = 3 * Math.floor(first / supersample);
    let sub = first % supersample;
    for (let k = 0; k < length; k++) {
      sums[at] += red;
      sums[at + 1] += green;
      sums[at + 2] += blue;
      if (++sub === supersample) {
        sub = 0;
        at += 3;
      }
    }
  }

  /** Each sample between its four neighbours. */
  #addMixed(from: number, to: number, first: number, supersample: number, sums: Float32Array): void {
    const { grid, parts, table, weight } = this.layer;
    const east = this.#east;
    const north = this.#north;
    const stepEast = this.#stepEast;
    const stepNorth = this.#stepNorth;
    let at = 3 * Math.floor(first / supersample);
    let sub = first % supersample;
    let column = -1;
    let row = -1;
    // What is asked of the cell in each step, apart from it: properties that are whole numbers at times and fractions at others are slow.
    let tile: FilmTile | null = null;
    let [x0, dx, y0, dy, steps] = [0.5, 0.5, 0.5, 0.5, 0];
    for (let i = from; i < to; i++) {
      const e = east + i * stepEast;
      const n = north + i * stepNorth;
      const c = (e / INTERVALS) | 0;
      const r = (n / INTERVALS) | 0;
      if (c !== column || r !== row) {
        column = c;
        row = r;
        const part = parts[r * grid.columns + c];
        tile = part && part.tile;
        if (part !== null) ({ x0, dx, y0, dy, steps } = part);
      }
      if (tile === null) {
        addColour(table, FAR, weight, sums, at);
      } else {
        const { places } = tile;
        const px = x0 + dx * (e - c * INTERVALS);
        const py = y0 + dy * (n - r * INTERVALS);
        const ix = Math.min(INTERVALS - 1, px | 0);
        const iy = Math.min(INTERVALS - 1, py | 0);
        const corner = iy * SIDE + ix;
        const northWest = places[corner];
        const northEast = places[corner + 1];
        const southWest = places[corner + SIDE];
        const southEast = places[corner + SIDE + 1];
        if (northWest === northEast && northWest === southWest && northWest === southEast) {
          addColour(table, deeper(northWest, steps), weight, sums, at);
        } else {
          const tx = px - ix;
          const south = weight * (py - iy);
          const rest = weight - south;
          addColour(table, deeper(northWest, steps), rest * (1 - tx), sums, at);
          addColour(table, deeper(northEast, steps), rest * tx, sums, at);
          addColour(table, deeper(southWest, steps), south * (1 - tx), sums, at);
          addColour(table, deeper(southEast, steps), south * tx, sums, at);
        }
      }
      if (++sub === supersample) {
        sub = 0;
        at += 3;
      }
    }
  }
}

/** How many steps lead from a place in a length of 0 to `length` to its end. */
function stepsWithin(place: number, length: number, step: number): number {
  if (step === 0) return Infinity;
  return step > 0 ? (length - place) / step : place / -step;
}

/** The place of a distance that is larger by so many steps; the kind stays. */
function deeper(place: number, steps: number): number {
  if (steps === 0) return place;
  const step = place & (TABLE_STEPS - 1);
  return place - step + Math.min(TABLE_STEPS - 1, step + steps);
}

function addColour(table: Float32Array, place: number, weight: number, sums: Float32Array, at: number): void {
  const from = 3 * place;
  sums[at] += weight * table[from];
  sums[at + 1] += weight * table[from + 1];
  sums[at + 2] += weight * table[from + 2];
}
