import type { Argv } from 'yargs';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { readBoring } from '../../cache/boring-file.js';
import { takeCensus } from '../../cache/census.js';
import { Layout } from '../../cache/layout.js';
import { observe } from '../../cache/observe.js';
import { readRaw } from '../../cache/raw-file.js';
import { readSettings } from '../../cache/settings.js';
import { certainArea } from '../../subdivide/area.js';
import { levelOf, parentOf, type Address } from '../../tile/address.js';
import type { Samples } from '../../tile/samples.js';
import { EXIT } from '../exit-codes.js';
import { say, type Terminal } from '../terminal.js';

interface AreaArguments {
  readonly directory: string;
  readonly json: boolean;
}

/** Area of the root tile; the lower half plane is its mirror image. */
const ROOT_AREA = 64;
/** Outward margin for the rounding of the sums, relative. */
const MARGIN = 1e-12;

/** `mandeld area DIR`: proven bounds of the set's area from what the cache holds. */
async function runArea(args: AreaArguments, terminal: Terminal): Promise<number> {
  const settings = await readSettings(args.directory);
  const layout = new Layout(args.directory, settings.image);
  const { interior, exterior } = await certainAreas(layout);
  const lower = 2 * interior * (1 - MARGIN);
  const upper = 2 * (ROOT_AREA - exterior) * (1 + MARGIN);
  say(
    terminal,
    args.json
      ? JSON.stringify({ lower, upper })
      : `${lower} <= area <= ${upper} (the bounds are ${(upper - lower).toPrecision(3)} apart)`,
  );
  return EXIT.ok;
}

async function certainAreas(layout: Layout): Promise<{ interior: number; exterior: number }> {
  // The lists are of one moment; the files are read afterwards, so that the lock is free again.
  const { census, boring } = await observe(layout, `area-${process.pid}`, async () => ({
    census: await takeCensus(layout),
    boring: (await readBoring(layout.boring)).tiles,
  }));
  const leaves = [
    ...census.todo.map((address) => ({ address, path: layout.todo(address) })),
    ...census.work.flatMap(({ client, todo, ready }) => {
      const work = layout.work(client);
      return [
        ...todo.map((address) => ({ address, path: work.todo(address) })),
        ...ready.map((address) => ({ address, path: work.ready(address) })),
      ];
    }),
  ];
  const counted = new Set<Address>([...leaves.map(({ address }) => address), ...boring.keys()]);
  const seen = new Set<Address>(); // in a damaged cache a tile may be in two places
  let interior = 0;
  let exterior = 0;
  for (const { address, path } of leaves) {
    if (seen.has(address) || boring.has(address) || hasAncestorIn(address, counted)) continue;
    seen.add(address);
    const samples = (await readSamples(path)) ?? (await readSamples(layout.done(address)));
    if (samples === null) continue; // damaged, or on its way somewhere: nothing is concluded from it
    const certain = certainArea(samples);
    const area = ROOT_AREA * 0.25 ** levelOf(address);
    interior += area * certain.interior;
    exterior += area * certain.exterior;
  }
  for (const [address, period] of boring) {
    if (hasAncestorIn(address, counted)) continue;
    const area = ROOT_AREA * 0.25 ** levelOf(address);
    if (period > 0) interior += area;
    else exterior += area;
  }
  return { interior, exterior };
}

/** The samples of a raw file, or null when it is gone or damaged. */
async function readSamples(path: string): Promise<Samples | null> {
  const found = await readRaw(path);
  return typeof found === 'string' ? null : found;
}

/** Whether an ancestor is counted already: only in a cache that is damaged, or being merged. */
function hasAncestorIn(address: Address, counted: ReadonlySet<Address>): boolean {
  for (let above = parentOf(address); above !== null; above = parentOf(above)) {
    if (counted.has(above)) return true;
  }
  return false;
}

/** Declares the command. */
export function areaCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'area <directory>',
    'Prove bounds of the area of the Mandelbrot set from what a cache holds',
    (c) =>
      withEnvironment(
        c
          .positional('directory', directoryPositional)
          .option('json', jsonOption)
          .example('$0 area /mnt/mandel', 'the deeper the cache, the closer the bounds'),
        environment,
      ),
    async ({ directory, json }) => await finish(runArea({ directory, json }, terminal)),
  );
}
