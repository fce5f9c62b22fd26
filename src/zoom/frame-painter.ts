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
  const sums = new Float32Array(3 * frame.width);
  const pixels = new Uint8Array(3 * frame.width * frame.height);
  for (let row = 0; row < height; row++) {
    const up = height / 2 - row - 0.5;
    for (let column = 0; column < width; column++) {
      const right = column + 0.5 - width / 2;
      const x = right * cosine + up * sine;
      const y = up * cosine - right * sine;
      const at = 3 * (supersample === 1 ? column : Math.floor(column / supersample));
      for (let i = 0; i < layers.length; i++) {
        addSample(layers[i], x, y, layers.length === 1 ? 1 : i === 0 ? share : 1 - share, sums, at);
      }
    }
    if ((row + 1) % supersample > 0) continue;
    const start = 3 * frame.width * Math.floor(row / supersample);
    for (let i = 0; i < sums.length; i++) {
      pixels[start + i] = BYTES[Math.round((sums[i] / (supersample * supersample)) * (BYTES.length - 1))];
    }
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

/** Adds the colour at a place, pixels from the centre eastwards and northwards. */
function addSample(layer: Layer, x: number, y: number, weight: number, sums: Float32Array, at: number): void {
  const { grid, parts, table } = layer;
  const east = grid.x + x * grid.ratio;
  const north = grid.y + y * grid.ratio;
  const column = Math.floor(east / INTERVALS);
  const row = Math.floor(north / INTERVALS);
  const part = parts[row * grid.columns + column];
  if (part === null) {
    addColour(table, FAR, weight, sums, at);
    return;
  }
  const { places, steps } = part;
  const px = part.x0 + part.dx * (east - column * INTERVALS);
  const py = part.y0 + part.dy * (north - row * INTERVALS);
  const ix = Math.min(INTERVALS - 1, Math.floor(px));
  const iy = Math.min(INTERVALS - 1, Math.floor(py));
  const first = iy * SIDE + ix;
  const northWest = places[first];
  const northEast = places[first + 1];
  const southWest = places[first + SIDE];
  const southEast = places[first + SIDE + 1];
  if (northWest === northEast && northWest === southWest && northWest === southEast) {
    addColour(table, deeper(northWest, steps), weight, sums, at);
    return;
  }
  const tx = px - ix;
  const ty = py - iy;
  addColour(table, deeper(northWest, steps), weight * (1 - tx) * (1 - ty), sums, at);
  addColour(table, deeper(northEast, steps), weight * tx * (1 - ty), sums, at);
  addColour(table, deeper(southWest, steps), weight * (1 - tx) * ty, sums, at);
  addColour(table, deeper(southEast, steps), weight * tx * ty, sums, at);
}

/** The place of a distance that is larger by so many steps; the kind stays. */
function deeper(place: number, steps: number): number {
  if (steps === 0) return place;
  const step = place % TABLE_STEPS;
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
