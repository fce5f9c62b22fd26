import { build } from '../build.js';

/** What stands in a cell. */
export type Cell = string | Node | null;

/**
 * Fills a table; on a narrow screen each row becomes a small card, with the columns' names before the cells. Roles are written down, because a table
 * that is laid out in another way is none any more for some browsers.
 *
 * @param columns their names; the first one names the row
 * @param empty what to say when there are no rows
 */
export function fillTable(
  table: HTMLElement,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
): void {
  table.setAttribute('role', 'table');
  const head = columns.map((name) => withRole(build('th', '', name), 'columnheader', { scope: 'col' }));
  const body = withRole(build('tbody', ''), 'rowgroup');
  const none = withRole(build('td', 'empty', empty), 'cell', { colspan: `${columns.length}` });
  if (rows.length === 0) body.append(withRole(build('tr', '', none), 'row'));
  table.replaceChildren(
    withRole(build('thead', '', withRole(build('tr', '', ...head), 'row')), 'rowgroup'),
    body,
  );
  addRows(table, columns, rows);
}

/** More rows at the end. */
export function addRows(
  table: HTMLElement,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  table.querySelector('tbody')?.append(...rows.map((cells) => rowOf(columns, cells)));
}

function rowOf(columns: readonly string[], cells: readonly Cell[]): HTMLElement {
  const elements = cells.map((cell, i) =>
    i === 0
      ? withRole(build('th', '', cell), 'rowheader', { scope: 'row' })
      : withRole(build('td', cell === null ? 'void' : '', cell), 'cell', { 'data-name': columns[i] }),
  );
  return withRole(build('tr', '', ...elements), 'row');
}

function withRole(
  element: HTMLElement,
  role: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  element.setAttribute('role', role);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
