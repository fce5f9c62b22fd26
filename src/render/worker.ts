import { bestKernel, deepKernel } from '../daemon/kernel.js';
import { paletteIndex } from '../image/palette-index.js';
import { UNRESOLVED, type VerdictBatch } from '../math/batch.js';
import type { DeepKernel, Reference } from '../math/deep-kernel.js';
import { fromScaled, toScaled } from '../math/fixed.js';
import { distanceCode, ZERO_DISTANCE } from '../tile/samples.js';
import type { RenderJob, Rows } from './job.js';
import type { Geometry } from './view.js';

let kernel: DeepKernel | null = null;
/** The kernel keeps what it has prepared for this one. A thread works for one picture, and each job brings a copy of it. */
let known: Reference | null = null;

/** The worker thread of a picture. */
export default function perform(job: RenderJob): Reference | Rows {
  return job.kind === 'reference' ? makeReference(job.geometry) : computeRows(job);
}

function makeReference({ re, im, bits, log2Radius }: Geometry): Reference {
  kernel ??= deepKernel();
  const made = kernel.makeReference({ re, im, bits, log2Radius });
  return { ...made, re: shared(made.re), im: shared(made.im) };
}

/** So that all threads read one copy. */
function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function computeRows({ geometry, first, count, budget, reference }: RenderJob & { kind: 'rows' }): Rows {
  const { width, height, log2Spacing } = geometry;
  const pixels = width * count;
  const x = new Float64Array(pixels);
  const y = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const row = first + Math.floor(i / width);
    x[i] = (i % width) + 0.5 - width / 2;
    y[i] = height / 2 - row - 0.5;
  }
  const verdicts = { period: new Int32Array(pixels), log2Distance: new Float64Array(pixels) };
  let toSpacings = 0;
  if (reference === null) {
    decideInDoubles(geometry, x, y, budget, verdicts);
    toSpacings = -log2Spacing;
  } else {
    kernel ??= deepKernel();
    known ??= reference;
    kernel.decide(known, geometry.spacing, Math.hypot(width, height) / 2, { x, y }, pixels, budget, verdicts);
  }
  return paint(verdicts, toSpacings);
}

function decideInDoubles(
  { re, im, bits, spacing }: Geometry,
  x: Float64Array,
  y: Float64Array,
  budget: number,
  verdicts: VerdictBatch,
): void {
  const step = fromScaled(spacing);
  const centreRe = fromScaled(toScaled(re, bits));
  const centreIm = fromScaled(toScaled(im, bits));
  const points = {
    re: x.map((value) => centreRe + value * step),
    im: y.map((value) => centreIm + value * step),
  };
  bestKernel().decide(points, x.length, budget, verdicts);
}

function paint({ period, log2Distance }: VerdictBatch, toSpacings: number): Rows {
  const indices = new Uint8Array(period.length);
  let interior = 0;
  let unresolved = 0;
  for (let i = 0; i < period.length; i++) {
    if (period[i] > 0) interior++;
    if (period[i] === UNRESOLVED) unresolved++;
    const code = period[i] === UNRESOLVED ? ZERO_DISTANCE : distanceCode(log2Distance[i] + toSpacings);
    indices[i] = paletteIndex(period[i], code);
  }
  return { indices, interior, unresolved };
}
