import type { Argv } from 'yargs';
import { askFor, type Wish } from '../../cache/ask.js';
import { deepestLevel, Layout } from '../../cache/layout.js';
import { readSettings } from '../../cache/settings.js';
import { parseFixed, parseWhole } from '../../math/fixed.js';
import { levelOf, parseAddress, type Address } from '../../tile/address.js';
import { coverSquare } from '../../tile/cover.js';
import { MAX_LEVEL } from '../../tile/grid.js';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { PARSING, withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { unshield } from '../negative-numbers.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { wholeNumber } from '../whole-number.js';

interface WantArguments {
  readonly directory: string;
  readonly addresses: readonly string[];
  readonly re: string | undefined;
  readonly im: string | undefined;
  readonly radius: string | undefined;
  readonly maxDepth: number;
  readonly json: boolean;
}

/** `mandeld want`: asks for tiles out of turn. */
async function runWant(args: WantArguments, terminal: Terminal): Promise<number> {
  const settings = await readSettings(args.directory);
  const maxDepth = wholeNumber(args.maxDepth, '--max-depth', 0, 100_000);
  const addresses = [...new Set([...args.addresses.map(parseAddress), ...tilesOfView(args)])];
  if (addresses.length === 0) {
    throw new UsageError('expected addresses such as M0213, or --re, --im and --radius');
  }
  const deepest = Math.max(...addresses.map(levelOf));
  if (deepest > maxDepth) {
    throw new UsageError(
      `expected tiles down to level ${maxDepth}, got level ${deepest}; --max-depth ${deepest} allows it`,
    );
  }
  const storable = deepestLevel(args.directory);
  if (deepest > storable) {
    throw new UsageError(
      `expected tiles down to level ${storable}, got level ${deepest}: the paths of deeper ones are too long for a file system`,
    );
  }
  const layout = new Layout(args.directory, settings.image);
  const wishes = await askFor(layout, addresses, `want-${process.pid}`);
  if (args.json) say(terminal, JSON.stringify(wishes));
  else for (const wish of wishes) say(terminal, describe(wish));
  return EXIT.ok;
}

/** The tiles that show a view, when one was given. */
function tilesOfView({ re, im, radius }: WantArguments): Address[] {
  if (re === undefined && im === undefined && radius === undefined) return [];
  if (re === undefined || im === undefined || radius === undefined) {
    throw new UsageError('expected --re, --im and --radius together');
  }
  const size = unshield(radius);
  const { value: half, bits } = parseWhole(size, '--radius');
  if (half <= 0n) throw new UsageError(`expected --radius above 0, got ${size.slice(0, 40)}`);
  const tiles = coverSquare({
    re: parseFixed(unshield(re), bits, '--re'),
    im: parseFixed(unshield(im), bits, '--im'),
    radius: half,
    bits,
  });
  if (tiles.length > 0) return tiles;
  throw new UsageError(
    'expected a view that meets the root tile (re from -4 to 4, im to 8) or its mirror image',
  );
}

function describe(wish: Wish): string {
  const { address, state } = wish;
  if (state === 'there') return `${address} is there already`;
  if (state !== 'boring') return `${address} ${state}`;
  return `${address} is boring: ${wish.period === 0 ? 'exterior' : `interior of period ${wish.period}`}`;
}

/** Of an option that was given several times the last one counts, as with every other command. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

/** Declares the command. */
export function wantCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'want <directory> [addresses..]',
    'Ask the daemons for tiles out of turn, at any depth',
    (c) =>
      withEnvironment(
        c
          // Without this, yargs keeps the last address only.
          .parserConfiguration({ ...PARSING, 'duplicate-arguments-array': true })
          .positional('directory', directoryPositional)
          .positional('addresses', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'tiles, such as M0213',
          })
          .option('re', { type: 'string', describe: 'instead: the tiles around this place, real part' })
          .option('im', { type: 'string', describe: 'and imaginary part; any number of digits' })
          .option('radius', { type: 'string', describe: 'half of the side of what they show, such as 1e-50' })
          .option('max-depth', { type: 'number', default: MAX_LEVEL, describe: 'levels at the most' })
          .coerce(['re', 'im', 'radius', 'max-depth', 'json'], lastOf)
          .option('json', jsonOption)
          .example('$0 want /mnt/mandel M0213 M0231', 'two tiles, before everything in todo/')
          .example(
            '$0 want /mnt/mandel --re -1.7598171308048478 --im 0.0125933107997497 --radius 2e-14',
            'the tiles that show a place far below what the daemons have reached',
          ),
        environment,
      ),
    async (args) => await finish(runWant(args, terminal)),
  );
}
