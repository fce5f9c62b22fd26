import { readFileSync } from 'node:fs';
import type { Kernel } from '../math/batch.js';
import { scalarKernel } from '../math/scalar-kernel.js';
import { createSimdKernel } from '../math/simd-kernel.js';

let best: Kernel | null = null;

/** The fastest kernel that runs here; all kernels give the same bits. */
export function bestKernel(): Kernel {
  if (best !== null) return best;
  const bytes = readFileSync(new URL('../../dist/math/simd-kernel.wasm', import.meta.url));
  try {
    best = createSimdKernel(bytes);
  } catch {
    // No SIMD in this engine: slower, and otherwise the same.
    best = scalarKernel;
  }
  return best;
}
