import type { FilmReport } from '../cache/film-status.js';
import type { ClientReport, StatusReport } from '../cache/status-report.js';
import { table } from './terminal.js';

/** A report for people, within 100 columns. What clients have written of themselves is not trusted to be printable. */
export function describeStatus(directory: string, status: StatusReport): string {
  const { settings, totals, levels, deepestLevel, oldestTodo } = status;
  const rows = levels
    .map(({ level, todo, working, done, boring }) => [level, todo, working, done, boring])
    .filter(([, ...counts]) => counts.some((count) => count > 0));
  const oldest =
    oldestTodo === null
      ? 'nothing in todo/'
      : `oldest in todo/ ${shortAddress(oldestTodo.address)}, ` +
        `${oldestTodo.isCertain ? '' : 'at least '}${age(oldestTodo.age)} old`;
  return [
    `${directory}: theme ${settings.theme}, ${settings.image}, lease ${settings.lease} s`,
    describeDisk(status),
    deepestLevel === null ? oldest : `deepest level ${deepestLevel}, ${oldest}`,
    '',
    table([
      ['level', 'todo', 'working', 'done', 'boring'],
      ...rows,
      ['all', totals.todo, totals.working, totals.done, totals.boring],
    ]),
    ...(totals.wanted > 0 ? [`${totals.wanted} tiles are asked for out of turn.`] : []),
    '',
    describeClients(status.clients),
    ...status.films.map(describeFilm),
  ].join('\n');
}

function describeFilm({
  size,
  format,
  theme,
  done,
  frames,
  missing,
  leader,
  alive,
  age: silent,
}: FilmReport): string {
  const [what, who] = [cut(`${size} ${format} ${theme}`, 40), cut(leader, 40)];
  const how = alive ? `${missing} tiles missing` : `silent for ${age(silent)}`;
  return `film ${what}: ${done} of ${frames} frames, ${how} (${who})`;
}

function describeDisk({ freeBytes, totalBytes, freeInodes, totalInodes }: StatusReport): string {
  const bytes = `${gibibytes(freeBytes)} of ${gibibytes(totalBytes)} GiB free`;
  if (freeInodes === null || totalInodes === null) return `disk: ${bytes}`;
  return `disk: ${bytes}, ${freeInodes} of ${totalInodes} inodes free`;
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

const HEADER = [
  'client',
  'state',
  'host',
  'cores',
  'tiles',
  'made',
  'tiles/s',
  '(5 min)',
  'held',
  'beat',
  'errors',
];
/** All but names and state. */
const NUMBERS = [...HEADER.keys()].slice(3);

function describeClients(clients: readonly ClientReport[]): string {
  if (clients.length === 0) return 'No client works here.';
  const rows = clients.map((client) => [
    cut(client.name, 15),
    client.alive ? stateOf(client) : 'dead',
    cut(client.host ?? '-', 10),
    client.workers ?? '-',
    client.subdivided ?? '-',
    client.made ?? '-',
    client.tilesPerSecond?.toFixed(1) ?? '-',
    client.tilesPerSecond5m?.toFixed(1) ?? '-',
    client.holding,
    client.heartbeatAge === null ? '-' : age(client.heartbeatAge),
    client.errors ?? '-',
  ]);
  const [header, ...lines] = table([HEADER, ...rows], NUMBERS).split('\n');
  const sum = (rate: (client: ClientReport) => number | null): string =>
    clients.reduce((total, client) => total + (client.alive ? (rate(client) ?? 0) : 0), 0).toFixed(1);
  return [
    header,
    ...clients.flatMap((client, i) => [lines[i], ...detailsOf(client)]),
    `${sum((client) => client.tilesPerSecond)} tiles/s together, ` +
      `${sum((client) => client.tilesPerSecond5m)} over 5 minutes`,
  ].join('\n');
}

function stateOf({ state }: ClientReport): string {
  return state === 'waiting for space' ? 'no space' : cut(state ?? 'joining', 8);
}

/** Lines below a client's own. */
function detailsOf({ current, lastError }: ClientReport): string[] {
  const lines: string[] = [];
  if (current !== null && current.length > 0) {
    const [first] = current;
    const more = current.length > 1 ? `, and ${current.length - 1} more` : '';
    lines.push(`  ${cut(first.task, 10)} ${shortAddress(first.address)} for ${age(first.age)}${more}`);
  }
  if (lastError) lines.push(cut(`  error ${age(lastError.age)} ago: ${lastError.text}`, 100));
  return lines;
}

/** An address of at most 30 characters or so, with its level. */
function shortAddress(address: string): string {
  const short =
    address.length > 24
      ? `${printable(address.slice(0, 12))}…${printable(address.slice(-8))}`
      : printable(address);
  return `${short} (level ${address.length - 1})`;
}

function cut(text: string, length: number): string {
  const shown = printable(text);
  return shown.length > length ? `${shown.slice(0, length - 1)}…` : shown;
}

/** Without what could move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function age(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  if (seconds < 6000) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(0)} h` : `${(seconds / 86_400).toFixed(0)} d`;
}
