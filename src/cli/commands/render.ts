import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { publish } from '../../cache/files.js';
import { encodeIndices } from '../../image/picture.js';
import { DEFAULT_THEME, THEME_NAMES, type ThemeName } from '../../image/themes.js';
import { render, type Rendered } from '../../render/render.js';
import { geometryOf } from '../../render/view.js';
import { iterationBudget } from '../../subdivide/budget.js';
import { MAX_LEVEL, ROOT_SPACING_BITS } from '../../tile/grid.js';
import type { PictureFormat } from '../../tile/picture-format.js';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { unshield } from '../negative-numbers.js';
import { ProgressLine } from '../progress-line.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { optionalWholeNumber, wholeNumber } from '../whole-number.js';

interface RenderArguments {
  readonly re: string;
  readonly im: string;
  readonly radius: string;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  readonly output: string;
  readonly workers: number | undefined;
  readonly budget: number | undefined;
  readonly maxDepth: number;
  readonly json: boolean;
}

const MAX_SIDE = 65_536;
const MAX_BUDGET = 2 ** 30;

/** `mandeld render`: one picture of any view, without a cache. */
async function runRender(args: RenderArguments, terminal: Terminal): Promise<number> {
  const format = formatOf(args.output);
  const width = wholeNumber(args.width, '--width', 1, MAX_SIDE);
  const height = wholeNumber(args.height, '--height', 1, MAX_SIDE);
  const workers = optionalWholeNumber(args.workers, '--workers', 1, 1024) ?? availableParallelism();
  const maxDepth = wholeNumber(args.maxDepth, '--max-depth', 1, 1_000_000);
  const geometry = geometryOf(
    { re: unshield(args.re), im: unshield(args.im), radius: unshield(args.radius), width, height },
    maxDepth,
  );
  const level = Math.max(0, Math.ceil(-geometry.log2Spacing) - ROOT_SPACING_BITS);
  const budget = optionalWholeNumber(args.budget, '--budget', 1, MAX_BUDGET) ?? iterationBudget(level);
  const progress = terminal.interactive ? new ProgressLine(terminal) : null;
  // Nothing has been written before the end, so there is nothing to tidy up.
  const onSignal = (): void => {
    progress?.end();
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    progress?.show('following the reference orbit');
    const start = performance.now();
    const rendered = await render(geometry, {
      workers,
      budget,
      onProgress: (share) => {
        const left = ((performance.now() - start) / 1000 / share) * (1 - share);
        progress?.show(`${(100 * share).toFixed(0)} %, about ${left.toFixed(0)} s left`);
      },
    });
    await publish(args.output, encodeIndices(rendered.indices, width, args.theme, format));
    progress?.end();
    const seconds = (performance.now() - start) / 1000;
    say(terminal, args.json ? JSON.stringify(report(rendered, level, seconds)) : describe(rendered, seconds));
    return EXIT.ok;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function formatOf(path: string): PictureFormat {
  const extension = /\.(png|jpe?g)$/i.exec(path)?.[1].toLowerCase();
  if (extension === undefined) {
    throw new UsageError(`expected -o with a file that ends in .png or .jpg, got ${path}`);
  }
  return extension === 'png' ? 'png' : 'jpg';
}

function report(
  { indices, interior, unresolved, reference, seconds }: Rendered,
  level: number,
  all: number,
): object {
  return {
    pixels: indices.length,
    interior,
    unresolved,
    level,
    reference,
    seconds: {
      reference: Number(seconds.reference.toFixed(3)),
      pixels: Number(seconds.pixels.toFixed(3)),
      all: Number(all.toFixed(3)),
    },
  };
}

function describe({ indices, interior, unresolved, reference, seconds }: Rendered, all: number): string {
  const share = (count: number): string => `${((100 * count) / indices.length).toFixed(1)} %`;
  const by =
    reference === null
      ? 'in doubles'
      : reference.isNucleus
        ? `around a nucleus of period ${reference.steps} (${seconds.reference.toFixed(1)} s)`
        : `around an orbit of ${reference.steps} steps (${seconds.reference.toFixed(1)} s)`;
  return `${indices.length} pixels in ${all.toFixed(1)} s, ${by}: ${share(interior)} interior, ${unresolved} unresolved`;
}

/** Declares the command. */
export function renderCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'render',
    'Make one picture of any place at any depth; no cache is needed',
    (c) =>
      withEnvironment(
        c
          .option('re', {
            type: 'string',
            demandOption: true,
            describe: 'centre, real part: any number of digits',
          })
          .option('im', { type: 'string', demandOption: true, describe: 'centre, imaginary part' })
          .option('radius', {
            type: 'string',
            demandOption: true,
            describe: 'half of the height, such as 1e-50',
          })
          .option('width', { type: 'number', default: 1024, describe: 'pixels' })
          .option('height', { type: 'number', default: 768, describe: 'pixels' })
          .option('theme', { choices: THEME_NAMES, default: DEFAULT_THEME, describe: 'colours' })
          .option('output', {
            alias: 'o',
            type: 'string',
            demandOption: true,
            describe: 'FILE.png or FILE.jpg',
          })
          .option('workers', { type: 'number', describe: 'threads that compute [all cores]' })
          .option('budget', { type: 'number', describe: 'iterations a pixel [by depth]' })
          .option('max-depth', { type: 'number', default: MAX_LEVEL, describe: 'levels at the most' })
          .option('json', jsonOption)
          .example('$0 render --re -0.75 --im 0.1 --radius 0.02 -o valley.png', 'the seahorses')
          .example(
            '$0 render --re -1.7598171308048478 --im -0.0125933107997497 --radius 2e-14 -o deep.jpg',
            'beyond doubles',
          ),
        environment,
      ),
    async (args) => await finish(runRender(args, terminal)),
  );
}
