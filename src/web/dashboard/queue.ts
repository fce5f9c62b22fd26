import { build } from '../build.js';
import type { Counts, Status } from './status.js';
import { number } from './words.js';

const STATES = ['todo', 'working', 'done', 'boring'] as const;
/** Levels that are shown; a cache may have thousands. */
const MAX_LEVELS = 64;

/** The tiles by state and level, the levels without any left out. */
export function queueTable({ levels, totals }: Status): HTMLElement[] {
  const present = levels.filter((level) => STATES.some((state) => level[state] > 0));
  // The first ones hold nearly all tiles; the last ones tell how deep it is.
  const shown =
    present.length <= MAX_LEVELS
      ? present
      : [...present.slice(0, MAX_LEVELS / 2), ...present.slice(-MAX_LEVELS / 2)];
  const rows = shown.map((level, i) => {
    const isGap = i === MAX_LEVELS / 2 && present.length > MAX_LEVELS;
    return row(`${level.level}`, level, isGap ? 'gap' : '');
  });
  const head = ['Level', ...STATES.map((state) => state), ''].map((name) => {
    const cell = build('th', STATES.includes(name as 'todo') ? name : '', name);
    cell.setAttribute('scope', 'col');
    return cell;
  });
  return [
    build('thead', '', build('tr', '', ...head)),
    build('tbody', '', ...rows),
    build('tfoot', '', row('all', totals, '')),
  ];
}

function row(name: string, counts: Counts, className: string): HTMLElement {
  const label = build('th', '', name);
  label.setAttribute('scope', 'row');
  const all = STATES.reduce((sum, state) => sum + counts[state], 0);
  const bar = build('td', 'bar');
  for (const state of STATES) {
    const part = build('i', state);
    part.style.width = `${(100 * counts[state]) / Math.max(1, all)}%`;
    bar.append(part);
  }
  return build('tr', className, label, ...STATES.map((state) => build('td', '', number(counts[state]))), bar);
}
