import { readFileSync } from 'node:fs';
import type { Kernel } from '../math/batch.js';
import { DeepKernel } from '../math/deep-kernel.js';
import { scalarKernel } from '../math/scalar-kernel.js';
import { createSimdKernel } from '../math/simd-kernel.js';
import { DeepSampler } from '../subdivide/deep-sampler.js';

let best: Kernel | null = null;
let deep: DeepSampler | null = null;

/** What decides samples beyond the levels of doubles, one a thread. */
export function deepSampler(): DeepSampler {
  deep ??= new DeepSampler(deepKernel());
  return deep;
}

/** A kernel for points at any depth. */
export function deepKernel(): DeepKernel {
  return new DeepKernel(readFileSync(new URL('../../dist/math/deep-kernel.wasm', import.meta.url)));
}

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
