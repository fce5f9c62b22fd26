import type { Argv } from 'yargs';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXTERIOR, UNRESOLVED } from '../../math/batch.js';
import { checkDecimal, exceedsDouble } from '../../math/decimal.js';
import { race } from '../../math/race.js';
import { EXIT } from '../exit-codes.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

interface PointArguments {
  readonly re: string;
  readonly im: string;
  readonly json: boolean;
}

/** Iterations that one point may take: a fraction of a second, seldom used up. */
const BUDGET = 2 ** 26;
/** Beyond this both coordinates are certainly far outside, and beyond the root tile. */
const LARGEST = 16;
/** A point given with more digits than a double holds is moved by up to 2^-52: nearer to the boundary that matters. */
const LOG2_ROUNDED = -44;

interface PointReport {
  readonly kind: 'interior' | 'exterior' | 'dummy' | 'unresolved';
  /** > 0 interior, 0 exterior, -1 dummy, -2 unresolved. */
  readonly period: number;
  /** Distance estimate in units of the plane, as a decimal number; null where there is none. */
  readonly distance: string | null;
}

/** `mandeld point RE IM`: what is known of one point. */
function runPoint(args: PointArguments, terminal: Terminal): number {
  const report = decide(checkDecimal(unshield(args.re), 'RE'), checkDecimal(unshield(args.im), 'IM'));
  say(terminal, args.json ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
}

/** Takes off the space that stands before a negative number, see main.ts. */
function unshield(text: string): string {
  return text.startsWith(' -') ? text.slice(1) : text;
}

function decide(reText: string, imText: string): PointReport {
  const re = Number(reText);
  const im = Number(imText);
  if (Math.abs(re) > LARGEST || Math.abs(im) > LARGEST) {
    throw new UsageError(
      `expected RE and IM from -${LARGEST} to ${LARGEST}, got ${reText.slice(0, 40)}, ${imText.slice(0, 40)}`,
    );
  }
  if (im === 0 || (re === 0 && Math.abs(im) === 1)) return { kind: 'dummy', period: -1, distance: null };
  const verdict = { period: 0, log2Distance: 0 };
  race(re, im, BUDGET, verdict);
  const rounded = exceedsDouble(reText) || exceedsDouble(imText);
  if (verdict.period === UNRESOLVED || (rounded && verdict.log2Distance < LOG2_ROUNDED)) {
    return { kind: 'unresolved', period: UNRESOLVED, distance: null };
  }
  const kind = verdict.period === EXTERIOR ? 'exterior' : 'interior';
  return { kind, period: verdict.period, distance: String(2 ** verdict.log2Distance) };
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
      return 'unresolved: too near to the boundary for double precision and the iteration budget';
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
          .option('json', jsonOption)
          .example('$0 point -0.12 0.74', 'interior, period 3'),
        environment,
      ),
    async ({ re, im, json }) => await finish(runPoint({ re, im, json }, terminal)),
  );
}
