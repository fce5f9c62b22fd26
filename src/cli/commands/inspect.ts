import type { Argv } from 'yargs';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { stat } from 'node:fs/promises';
import { boringAncestor, readBoring } from '../../cache/boring-file.js';
import { CacheError } from '../../cache/cache-error.js';
import { takeCensus } from '../../cache/census.js';
import { readBounded } from '../../cache/files.js';
import { Layout } from '../../cache/layout.js';
import { readSettings } from '../../cache/settings.js';
import { formatDyadic } from '../../math/decimal.js';
import { isAddress, levelOf, parseAddress, type Address } from '../../tile/address.js';
import { gridOf, INTERVALS, ROOT_SPACING_BITS } from '../../tile/grid.js';
import { decodeRaw, MAX_RAW_BYTES } from '../../tile/raw.js';
import { BORING_ABOVE, DUMMY, EXTERIOR, UNRESOLVED, type Samples } from '../../tile/samples.js';
import { EXIT } from '../exit-codes.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { basename } from 'node:path';

interface InspectArguments {
  /** A cache, or a .raw file when no address is given. */
  readonly path: string;
  readonly address: string | undefined;
  readonly json: boolean;
}

/** `mandeld inspect`: one tile in words. */
async function runInspect(args: InspectArguments, terminal: Terminal): Promise<number> {
  const report =
    args.address === undefined ? await inspectFile(args.path) : await inspectTile(args.path, args.address);
  say(terminal, args.json ? JSON.stringify(report) : describe(report));
  return EXIT.ok;
}

interface Place {
  readonly level: number;
  /** Exact coordinates of the south-west corner. */
  readonly re: string;
  readonly im: string;
  readonly side: string;
  readonly spacing: string;
}

interface Contents {
  readonly exterior: number;
  readonly interior: number;
  readonly unresolved: number;
  readonly dummies: number;
  /** Share of the samples that are boring. */
  readonly boringShare: number;
  /** Samples by period, the most frequent first. */
  readonly periods: { readonly period: number; readonly samples: number }[];
  /** Least and greatest distance estimate of computed samples, in pixel spacings. */
  readonly distance: { readonly least: number; readonly greatest: number } | null;
}

interface Report {
  readonly address: string | null;
  readonly state: string;
  readonly place: Place | null;
  readonly contents: Contents | null;
}

async function inspectFile(path: string): Promise<Report> {
  const found = await stat(path).catch(() => null);
  if (found === null)
    throw new UsageError(`expected a .raw file or a cache and an address, but there is no ${path}`);
  if (found.isDirectory()) {
    throw new UsageError(`${path} is a directory: expected also the address of a tile, such as M021`);
  }
  const bytes = await readBounded(path, MAX_RAW_BYTES);
  const name = basename(path, '.raw');
  const address = isAddress(name) ? name : null;
  return {
    address,
    state: path,
    place: address === null ? null : placeOf(address),
    contents: bytes === null ? null : contentsOf(decodeRaw(bytes)),
  };
}

async function inspectTile(directory: string, text: string): Promise<Report> {
  const settings = await readSettings(directory);
  const layout = new Layout(directory, settings.image);
  const address = parseAddress(text);
  const place = placeOf(address);
  const census = await takeCensus(layout);
  const holder = census.work.find(({ todo, ready }) => todo.includes(address) || ready.includes(address));
  const candidates = [
    { path: layout.done(address), state: 'done: subdivided' },
    { path: layout.todo(address), state: 'todo: waiting to be subdivided' },
    ...(holder
      ? [
          { path: layout.work(holder.client).todo(address), state: `claimed by ${holder.client}` },
          { path: layout.work(holder.client).ready(address), state: `computed by ${holder.client}` },
        ]
      : []),
  ];
  for (const { path, state } of candidates) {
    const bytes = await readBounded(path, MAX_RAW_BYTES);
    if (bytes !== null) return { address, state, place, contents: contentsOf(decodeRaw(bytes)) };
  }
  const { tiles } = await readBoring(layout.boring);
  const boring = boringAncestor(tiles, address);
  if (boring !== null) {
    const what = boring.period === EXTERIOR ? 'exterior' : `interior of period ${boring.period}`;
    const where = boring.address === address ? '' : ` within ${boring.address}`;
    return { address, state: `boring${where}: ${what}`, place, contents: null };
  }
  if (census.todo.length + census.done.length + census.work.length === 0) {
    throw new CacheError('ENOCACHE', directory, `${directory} holds no tiles at all.`);
  }
  const maker = census.work.find(
    ({ want, readyWant }) => want.includes(address) || readyWant.includes(address),
  );
  const state = maker
    ? `being made by ${maker.client}: asked for`
    : census.want.includes(address)
      ? 'asked for'
      : 'not reached yet';
  return { address, state, place, contents: null };
}

function placeOf(address: Address): Place {
  const level = levelOf(address);
  const { west, south } = gridOf(address);
  const bits = ROOT_SPACING_BITS + level;
  return {
    level,
    re: formatDyadic(west - (4n << BigInt(bits)), bits),
    im: formatDyadic(south, bits),
    side: formatDyadic(BigInt(INTERVALS), bits),
    spacing: formatDyadic(1n, bits),
  };
}

function contentsOf({ period, log2Distance }: Samples): Contents {
  const counts = new Map<number, number>();
  let boring = 0;
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < period.length; i++) {
    counts.set(period[i], (counts.get(period[i]) ?? 0) + 1);
    if (period[i] < 0) continue;
    if (log2Distance[i] > BORING_ABOVE) boring++;
    least = Math.min(least, log2Distance[i]);
    greatest = Math.max(greatest, log2Distance[i]);
  }
  const count = (code: number): number => counts.get(code) ?? 0;
  const special = count(EXTERIOR) + count(DUMMY) + count(UNRESOLVED);
  const round = (code: number): number => Number((2 ** (code / 256)).toPrecision(4));
  return {
    exterior: count(EXTERIOR),
    interior: period.length - special,
    unresolved: count(UNRESOLVED),
    dummies: count(DUMMY),
    boringShare: Number((boring / period.length).toFixed(4)),
    periods: [...counts]
      .filter(([code]) => code > 0)
      .map(([code, samples]) => ({ period: code, samples }))
      .toSorted((a, b) => b.samples - a.samples || a.period - b.period),
    distance: least === Infinity ? null : { least: round(least), greatest: round(greatest) },
  };
}

function describe({ address, state, place, contents }: Report): string {
  const lines = [`${address ?? 'A tile'} (${state})`];
  if (place) {
    lines.push(
      `  place     level ${place.level}, from ${place.re} + ${place.im}i, side ${place.side}, spacing ${place.spacing}`,
    );
  }
  if (contents) {
    const { exterior, interior, unresolved, dummies, boringShare, periods, distance } = contents;
    const shown = periods.slice(0, 8).map(({ period, samples }) => `${period} (${samples})`);
    const more = periods.length > shown.length ? ` and ${periods.length - shown.length} more` : '';
    lines.push(
      `  samples   ${exterior} exterior, ${interior} interior, ${unresolved} unresolved, ${dummies} dummies`,
      `  periods   ${shown.length === 0 ? 'none' : shown.join(', ') + more}`,
      `  boring    ${(100 * boringShare).toFixed(1)} % of the samples`,
    );
    if (distance) lines.push(`  distance  ${distance.least} to ${distance.greatest} pixel spacings`);
  }
  return lines.join('\n');
}

/** Declares the command. */
export function inspectCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'inspect <path> [address]',
    'Describe one tile',
    (c) =>
      withEnvironment(
        c
          .positional('path', { type: 'string', demandOption: true, describe: 'a cache, or a .raw file' })
          .positional('address', { type: 'string', describe: 'the tile, when the path is a cache' })
          .option('json', jsonOption)
          .example('$0 inspect /mnt/mandel M0213', 'a tile of a cache')
          .example('$0 inspect M0213.raw', 'a file'),
        environment,
      ),
    async ({ path, address, json }) => await finish(runInspect({ path, address, json }, terminal)),
  );
}
