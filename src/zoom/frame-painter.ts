import { CODE_SHIFT, TABLE_STEPS, type FilmColours } from '../image/film-colours.js';
import { toByte } from '../image/oklab.js';
import { levelOf, type Address } from '../tile/address.js';
import { INTERVALS, log2Spacing as log2SpacingOf, SIDE } from '../tile/grid.js';
import { STEPS_PER_OCTAVE } from '../tile/samples.js';
import { gridOf, levelsOf, type LevelGrid } from './level-grid.js';
import type { Frame } from './path.js';

/** The samples from which a cell is shown: its own, or those of an ancestor. */
export interface Source {
  readonly address: Address;
  /** As film-tile.ts makes them. */
  readonly places: Uint32Array;
}

/** A cell, and how its samples are found. */
interface Part {
  readonly places: Uint32Array;
  /** Sample column = x0 + dx * spacings from the cell's west edge; row = y0 + dy * spacings from its south edge. */
  readonly x0: number;
  readonly dx: number;
  readonly y0: number;
  readonly dy: number;
  /** What a distance in the ancestor's spacings is more in the cell's own, in steps of the table. */
  readonly steps: number;
}

/** One level of a frame, ready to be sampled. */
interface Layer {
  readonly grid: LevelGrid;
  readonly parts: readonly (Part | null)[];
  readonly table: Float32Array;
}

/**
 * Paints a frame from the samples of tiles: of the two levels between whose spacings its own lies, mixed by how near they are, so that no level
 * is seen to come or go. Colours are mixed in linear light.
 *
 * @param sourceOf the samples for a cell; null: nothing is known, it counts as exterior, far away
 * @returns red, green and blue of each pixel, row by row from the top
 */
export function paintFrame(
  frame: Frame,
  supersample: number,
  colours: FilmColours,
  sourceOf: (address: Address) => Source | null,
): Uint8Array {
  const fineFrame = supersampled(frame, supersample);
  const { fine, share } = levelsOf(fineFrame);
  const layers = [layerOf(fineFrame, fine, colours, sourceOf)];
  if (share < 1) layers.push(layerOf(fineFrame, fine - 1, colours, sourceOf));
  const { width, height, angle } = fineFrame;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const scale = (BYTES.length - 1) / (supersample * supersample);
  const sums = new Float32Array(3 * frame.width);
  const pixels = new Uint8Array(3 * frame.width * frame.height);
  for (let row = 0; row < height; row++) {
    const up = height / 2 - row - 0.5;
    const right = 0.5 - width / 2;
    for (const [i, layer] of layers.entries()) {
      const { ratio, x, y } = layer.grid;
      const line = {
        east: x + (right * cosine + up * sine) * ratio,
        north: y + (up * cosine - right * sine) * ratio,
        stepEast: cosine * ratio,
        stepNorth: -sine * ratio,
      };
      addLine(layer, line, supersample, layers.length === 1 ? 1 : i === 0 ? share : 1 - share, sums);
    }
    if ((row + 1) % supersample > 0) continue;
    const start = 3 * frame.width * Math.floor(row / supersample);
    for (let i = 0; i < sums.length; i++) pixels[start + i] = BYTES[(sums[i] * scale + 0.5) | 0];
    sums.fill(0);
  }
  return pixels;
}

/** The same frame in smaller pixels. */
export function supersampled(frame: Frame, supersample: number): Frame {
  const { width, height, log2Spacing } = frame;
  return {
    ...frame,
    width: width * supersample,
    height: height * supersample,
    log2Spacing: log2Spacing - Math.log2(supersample),
  };
}

function layerOf(
  frame: Frame,
  level: number,
  colours: FilmColours,
  sourceOf: (address: Address) => Source | null,
): Layer {
  const grid = gridOf(frame, level);
  const spacing = log2SpacingOf(level);
  const table = colours.table(spacing - frame.log2Spacing, spacing);
  const parts = grid.cells.map((cell) => {
    const source = cell && sourceOf(cell.address);
    return cell && source && partOf(cell.address, cell.isMirrored, source);
  });
  return { grid, parts, table };
}

function partOf(address: Address, isMirrored: boolean, { address: ancestor, places }: Source): Part {
  const up = levelOf(address) - levelOf(ancestor);
  const scale = 2 ** -up;
  // Where the cell begins in its ancestor, from the south-west corner, as a share of the side: binary fractions, exact as far as it matters.
  let [east, north] = [0, 0];
  for (let i = 0, weight = 0.5; i < up; i++, weight /= 2) {
    const digit = Number(address[ancestor.length + i]);
    if (digit & 1) east += weight;
    if (digit & 2) north += weight;
  }
  const south = INTERVALS * (1 - north);
  return {
    places,
    x0: INTERVALS * east,
    dx: scale,
    y0: isMirrored ? south - INTERVALS * scale : south,
    dy: isMirrored ? scale : -scale,
    steps: (up * STEPS_PER_OCTAVE) >> CODE_SHIFT,
  };
}

/** Far outside, where no tile is: the exterior, at the largest distance. */
const FAR = TABLE_STEPS - 1;

/** A line of samples: where the first one is, in spacings from the south-west corner of a layer's grid, and the way to the next. */
interface Line {
  readonly east: number;
  readonly north: number;
  readonly stepEast: number;
  readonly stepNorth: number;
}

/**
 * Adds the colours along a line, `supersample` of them to each pixel. The inner loop of a film: neighbours mostly lie in one cell, and many of them
 * between four samples of one colour.
 */
function addLine(layer: Layer, line: Line, supersample: number, weight: number, sums: Float32Array): void {
  const { grid, parts, table } = layer;
  const { east, north, stepEast, stepNorth } = line;
  const count = (sums.length / 3) * supersample;
  let column = -1;
  let row = -1;
  // What is asked of the cell in each step, apart from it: properties that are whole numbers at times and fractions at others are slow.
  let places: Uint32Array | null = null;
  let [x0, dx, y0, dy, steps] = [0.5, 0.5, 0.5, 0.5, 0];
  let at = 0;
  for (let i = 0, sub = 0; i < count; i++) {
    const e = east + i * stepEast;
    const n = north + i * stepNorth;
    // Nothing of a line lies below 0, where the grid begins, so cutting off is rounding down, and keeps the numbers whole ones.
    const c = (e / INTERVALS) | 0;
    const r = (n / INTERVALS) | 0;
    if (c !== column || r !== row) {
      column = c;
      row = r;
      const part = parts[r * grid.columns + c];
      places = part && part.places;
      if (part !== null) ({ x0, dx, y0, dy, steps } = part);
    }
    let place = FAR;
    let isUniform = true;
    if (places !== null) {
      const px = x0 + dx * (e - c * INTERVALS);
      const py = y0 + dy * (n - r * INTERVALS);
      const ix = Math.min(INTERVALS - 1, px | 0);
      const iy = Math.min(INTERVALS - 1, py | 0);
      const first = iy * SIDE + ix;
      place = places[first];
      const northEast = places[first + 1];
      const southWest = places[first + SIDE];
      const southEast = places[first + SIDE + 1];
      isUniform = place === northEast && place === southWest && place === southEast;
      if (isUniform) {
        place = deeper(place, steps);
      } else {
        const tx = px - ix;
        const south = weight * (py - iy);
        const rest = weight - south;
        addColour(table, deeper(place, steps), rest * (1 - tx), sums, at);
        addColour(table, deeper(northEast, steps), rest * tx, sums, at);
        addColour(table, deeper(southWest, steps), south * (1 - tx), sums, at);
        addColour(table, deeper(southEast, steps), south * tx, sums, at);
      }
    }
    if (isUniform) addColour(table, place, weight, sums, at);
    if (++sub === supersample) {
      sub = 0;
      at += 3;
    }
  }
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

/** sRGB bytes by linear light. */
const BYTES = Uint8Array.from({ length: 8192 }, (_, i) => toByte(i / 8191));
