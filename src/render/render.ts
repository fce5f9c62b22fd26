import { WorkerPool } from '../daemon/pool.js';
import type { Reference } from '../math/deep-kernel.js';
import type { RenderJob, Rows } from './job.js';
import type { Geometry } from './view.js';

/** A picture that was computed. */
export interface Rendered {
  /** Palette indices (src/image/palette-index.ts), row by row from the top. */
  readonly indices: Uint8Array;
  readonly interior: number;
  readonly unresolved: number;
  /** Steps of the reference orbit, its period where it is a nucleus; null where doubles sufficed. */
  readonly reference: { readonly steps: number; readonly isNucleus: boolean } | null;
  readonly seconds: { readonly reference: number; readonly pixels: number };
}

/** How a picture is to be computed. */
export interface RenderOptions {
  readonly workers: number;
  /** Iterations a pixel. */
  readonly budget: number;
  /** Told after each piece; the share that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Spacings below 2^-32 are computed relative to a reference: pixels are then given to 20 bits in doubles, and down to here
 * doubles cost half as much at the most.
 */
const LOG2_DEEP_SPACING = -32;
/** Pixels of a piece, about: small enough for the last ones to come in together. */
const PIECE = 4096;

/** Computes a picture in worker threads. */
export async function render(geometry: Geometry, options: RenderOptions): Promise<Rendered> {
  const { width, height } = geometry;
  const { workers, budget, onProgress } = options;
  const program = new URL('../../dist/render/worker.js', import.meta.url);
  const pool = new WorkerPool<RenderJob, Reference | Rows>(program, workers);
  try {
    const start = performance.now();
    const reference =
      geometry.log2Spacing < LOG2_DEEP_SPACING
        ? ((await pool.run({ kind: 'reference', geometry })) as Reference)
        : null;
    const between = performance.now();
    const indices = new Uint8Array(width * height);
    const count = Math.max(1, Math.floor(PIECE / width));
    let interior = 0;
    let unresolved = 0;
    let done = 0;
    const piece = async (first: number): Promise<void> => {
      const rows = Math.min(count, height - first);
      const result = (await pool.run({
        kind: 'rows',
        geometry,
        first,
        count: rows,
        budget,
        reference,
      })) as Rows;
      indices.set(result.indices, first * width);
      interior += result.interior;
      unresolved += result.unresolved;
      done += rows;
      onProgress(done / height);
    };
    await Promise.all(
      Array.from({ length: Math.ceil(height / count) }, async (_, i) => await piece(i * count)),
    );
    const end = performance.now();
    return {
      indices,
      interior,
      unresolved,
      reference: reference && { steps: reference.length, isNucleus: reference.isNucleus },
      seconds: { reference: (between - start) / 1000, pixels: (end - between) / 1000 },
    };
  } finally {
    await pool.close();
  }
}
