import type { Argv } from 'yargs';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { checkDecimal } from '../../math/decimal.js';
import { fractionDigits, log2Of, parseFixed, toScaled } from '../../math/fixed.js';
import { decidePoint, LARGEST, type PointReport } from '../../render/point.js';
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

/** `mandeld point RE IM`: what is known of one point. */
function runPoint(args: PointArguments, terminal: Terminal): number {
  const report = decidePoint(
    checkDecimal(unshield(args.re), 'RE'),
    checkDecimal(unshield(args.im), 'IM'),
    args.radius === undefined ? null : log2OfRadius(unshield(args.radius)),
  );
  say(terminal, args.json ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
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
