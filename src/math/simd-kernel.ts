import { checkBatch, type Kernel, type PointBatch, type VerdictBatch } from './batch.js';
import { instantiate } from './webassembly.js';

/**
 * The kernel of src/math/simd/, compiled to WebAssembly: groups of four points in lockstep, two to a vector. It returns
 * the scalar kernel's bits for every point, which test/math/simd-kernel.test.ts holds it to.
 */

/** What src/math/simd/index.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  inputRe(): number;
  inputIm(): number;
  outputLog2(): number;
  outputPeriod(): number;
  decide(count: number, budget: number): void;
}

/** The orbit's length is an int32 in there, and its next checkpoint twice as far. */
const MAX_BUDGET = 2 ** 29;

/**
 * Makes a kernel of the compiled module.
 *
 * @param bytes dist/math/simd-kernel.wasm
 * @throws an error of WebAssembly's when this engine cannot run it, for want of SIMD for instance
 */
export function createSimdKernel(bytes: Uint8Array): Kernel {
  const exports = instantiate(bytes) as Exports;
  const { buffer } = exports.memory;
  const capacity = exports.capacity();
  const re = new Float64Array(buffer, exports.inputRe(), capacity);
  const im = new Float64Array(buffer, exports.inputIm(), capacity);
  const log2Distance = new Float64Array(buffer, exports.outputLog2(), capacity);
  const period = new Int32Array(buffer, exports.outputPeriod(), capacity);
  return {
    name: 'simd',
    decide(points: PointBatch, count: number, budget: number, verdicts: VerdictBatch): void {
      checkBatch(points, count, budget, verdicts);
      if (budget > MAX_BUDGET) throw new RangeError(`expected a budget of at most 2^29, got ${budget}`);
      for (let first = 0; first < count; first += capacity) {
        const end = Math.min(first + capacity, count);
        re.set(points.re.subarray(first, end));
        im.set(points.im.subarray(first, end));
        exports.decide(end - first, budget);
        verdicts.period.set(period.subarray(0, end - first), first);
        verdicts.log2Distance.set(log2Distance.subarray(0, end - first), first);
      }
    },
  };
}
