import type { Argv } from 'yargs';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXTERIOR, UNRESOLVED } from '../../math/batch.js';
import { deepKernel } from '../../daemon/kernel.js';
import { checkDecimal, exceedsDouble, formatPowerOfTwo, isZero } from '../../math/decimal.js';
import { fractionDigits, log2Of, parseFixed, toScaled } from '../../math/fixed.js';
import { race, type Verdict } from '../../math/race.js';
import { EXIT } from '../exit-codes.js';
import { unshield } from '../negative-numbers.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

interface PointArguments {
  readonly re: string;
  readonly im: string;
  readonly radius: string | undefined;
  readonly json: boolean;
}

/** Iterations that one point may take: a fraction of a second, seldom used up. */
const BUDGET = 2 ** 26;
/** Beyond this both coordinates are certainly far outside, and beyond the root tile. */
const LARGEST = 16;
/** Nearer to the boundary than this the rounding of doubles, 2^-52, begins to matter. */
const LOG2_ROUNDED = -44;
/** Iterations of a deep point: minutes at the worst. */
const DEEP_BUDGET = 2 ** 30;
/** Binary digits of a deep point beyond those that it is given with. */
const GUARD_BITS = 128;

interface PointReport {
  readonly kind: 'interior' | 'exterior' | 'dummy' | 'unresolved';
  /** > 0 interior, 0 exterior, -1 dummy, -2 unresolved. */
  readonly period: number;
  /** Distance estimate in units of the plane, as a decimal number; null where there is none. */
  readonly distance: string | null;
}

/** `mandeld point RE IM`: what is known of one point. */
function runPoint(args: PointArguments, terminal: Terminal): number {
  const report = decide(
    checkDecimal(unshield(args.re), 'RE'),
    checkDecimal(unshield(args.im), 'IM'),
    args.radius === undefined ? null : log2OfRadius(unshield(args.radius)),
  );
  say(terminal, args.json ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
}

function decide(reText: string, imText: string, log2Radius: number | null): PointReport {
  const re = Number(reText);
  const im = Number(imText);
  if (Math.abs(re) > LARGEST || Math.abs(im) > LARGEST) {
    throw new UsageError(
      `expected RE and IM from -${LARGEST} to ${LARGEST}, got ${reText.slice(0, 40)}, ${imText.slice(0, 40)}`,
    );
  }
  if (isZero(imText) || (isZero(reText) && Math.abs(im) === 1 && !exceedsDouble(imText))) {
    return { kind: 'dummy', period: -1, distance: null };
  }
  const verdict = { period: 0, log2Distance: 0 };
  race(re, im, BUDGET, verdict);
  const rounded = exceedsDouble(reText) || exceedsDouble(imText) || re === 0 || im === 0;
  const isNear = verdict.period === UNRESOLVED || verdict.log2Distance < LOG2_ROUNDED;
  if (log2Radius !== null || (rounded && isNear)) decideDeep(reText, imText, log2Radius, verdict);
  if (verdict.period === UNRESOLVED) return { kind: 'unresolved', period: UNRESOLVED, distance: null };
  const kind = verdict.period === EXTERIOR ? 'exterior' : 'interior';
  return { kind, period: verdict.period, distance: formatPowerOfTwo(verdict.log2Distance) };
}

/** floor(log2) of --radius. */
function log2OfRadius(text: string): number {
  const bits = Math.ceil(fractionDigits(checkDecimal(text, '--radius')) * Math.log2(10)) + 8;
  const radius = parseFixed(text, bits, '--radius');
  if (radius <= 0n || radius > BigInt(LARGEST) << BigInt(bits)) {
    throw new UsageError(`expected --radius above 0 and at most ${LARGEST}, got ${text.slice(0, 40)}`);
  }
  return Math.floor(log2Of(toScaled(radius, bits)));
}

/**
 * A point with all its digits.
 *
 * @param log2Radius log2 of the neighbourhood in which a nucleus is looked for; null: as far as the digits go
 */
function decideDeep(reText: string, imText: string, log2Radius: number | null, verdict: Verdict): void {
  const digits = Math.max(17, fractionDigits(reText), fractionDigits(imText));
  const log2Digits = -Math.floor(digits * Math.log2(10));
  const scale = Math.min(0, log2Radius ?? log2Digits);
  const bits = GUARD_BITS - Math.min(scale, log2Digits);
  const kernel = deepKernel();
  const reference = kernel.makeReference({
    re: parseFixed(reText, bits, 'RE'),
    im: parseFixed(imText, bits, 'IM'),
    bits,
    log2Radius: scale,
  });
  const verdicts = { period: new Int32Array(1), log2Distance: new Float64Array(1) };
  const here = { x: new Float64Array(1), y: new Float64Array(1) };
  kernel.decide(reference, { mantissa: 1, exponent: scale }, 1, here, 1, DEEP_BUDGET, verdicts);
  verdict.period = verdicts.period[0];
  verdict.log2Distance = verdicts.log2Distance[0] + scale;
}

function describe({ kind, period, distance }: PointReport): string {
  switch (kind) {
    case 'interior':
      return `interior, period ${period}, distance estimate ${distance}`;
    case 'exterior':
      return `exterior, distance estimate ${distance}`;
    case 'dummy':
      return 'dummy: on the real axis or at +-i, where nothing is calculated';
    case 'unresolved':
      return 'unresolved: too near to the boundary for the iteration budget';
  }
}

/** Declares the command. */
export function pointCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'point <re> <im>',
    'Tell what is known of one point',
    (c) =>
      withEnvironment(
        c
          .positional('re', { type: 'string', demandOption: true, describe: 'real part, a decimal number' })
          .positional('im', {
            type: 'string',
            demandOption: true,
            describe: 'imaginary part, a decimal number',
          })
          .option('radius', {
            type: 'string',
            describe: 'compute relative to the lowest period so near, such as 1e-50 [by the digits given]',
          })
          .option('json', jsonOption)
          .example('$0 point -0.12 0.74', 'interior, period 3')
          .example(
            '$0 point -1.7598171308048479165828760533255 -0.0125933107997496573193886668543',
            'period 252',
          ),
        environment,
      ),
    async ({ re, im, radius, json }) => await finish(runPoint({ re, im, radius, json }, terminal)),
  );
}
