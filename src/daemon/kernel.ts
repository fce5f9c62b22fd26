import { readFileSync } from 'node:fs';
import type { Kernel } from '../math/batch.js';
import { scalarKernel } from '../math/scalar-kernel.js';
import { createSimdKernel } from '../math/simd-kernel.js';

let best: Kernel | null = null;

/** The fastest kernel that runs here; all kernels give the same bits. */
export function bestKernel(): Kernel {
  if (best !== null) return best;
  try {
    best = createSimdKernel(readFileSync(new URL('../math/simd-kernel.wasm', import.meta.url)));
  } catch {
    // No SIMD in this engine: slower, and otherwise the same.
    best = scalarKernel;
  }
  return best;
}
