import { byId } from '../elements.js';
import { build } from '../build.js';
import { Chart } from './chart.js';
import { Films } from './films.js';
import { Nodes } from './nodes.js';
import { queueTable } from './queue.js';
import { readStatus, type Status } from './status.js';
import { address, bytes, duration, number } from './words.js';

/** How often to look, milliseconds; the server looks at the directory once a second at the most. */
const LOOK_MS = 2000;

/** Numbers that tell of the whole cluster. */
function summary({
  clients,
  totals,
  freeBytes,
  totalBytes,
  deepestLevel,
  oldestTodo,
}: Status): HTMLElement[] {
  const living = clients.filter(({ alive }) => alive);
  const cores = living.reduce((sum, { workers }) => sum + (workers ?? 0), 0);
  const waits = living.map(({ lockWait }) => lockWait ?? 0);
  const wait = waits.length === 0 ? null : Math.max(...waits);
  const entries: readonly (readonly [string, string, string])[] = [
    ['Nodes', `${living.length}`, `of ${clients.length}, ${cores} ${cores === 1 ? 'core' : 'cores'}`],
    ['To do', number(totals.todo), `${number(totals.working)} in hand, ${number(totals.wanted)} wanted`],
    ['Done', number(totals.done), `${number(totals.boring)} boring`],
    ['Deepest level', deepestLevel === null ? '–' : number(deepestLevel), ''],
    ['Lock wait', wait === null ? '–' : duration(wait), 'mean of a minute, the longest of all nodes'],
    [
      'Oldest tile',
      oldestTodo ? duration(oldestTodo.age) : '–',
      oldestTodo ? `in todo/: ${address(oldestTodo.address)}` : 'todo/ is empty',
    ],
    ['Free space', bytes(freeBytes), `of ${bytes(totalBytes)}`],
  ];
  return entries.map(([name, value, note]) =>
    build('li', 'card number', build('span', '', name), build('b', '', value), build('small', '', note)),
  );
}

async function main(): Promise<void> {
  const base = new URL('.', location.href).href;
  const nodes = new Nodes(byId('nodes'));
  const films = new Films(byId('films'), base);
  const chart = new Chart('Tiles a second, all nodes');
  byId('rate').after(chart.element);

  const show = (status: Status): void => {
    const rate = status.clients.reduce((sum, one) => sum + (one.alive ? (one.tilesPerSecond ?? 0) : 0), 0);
    chart.add(rate);
    byId('rate').replaceChildren(build('b', '', number(rate)), ' tiles/s');
    byId('summary').replaceChildren(...summary(status));
    nodes.show(status.clients);
    films.show(status.films);
    byId('queue').replaceChildren(...queueTable(status));
  };

  let since: number | null = null;
  for (;;) {
    // A page that nobody sees asks for nothing.
    if (!document.hidden) {
      try {
        show(await readStatus(base));
        since = null;
      } catch {
        since ??= Date.now();
      }
      const lost = byId('lost');
      lost.hidden = since === null;
      if (since !== null)
        lost.textContent = `Nothing is known for ${duration((Date.now() - since) / 1000)}: the server, or the cache, cannot be reached.`;
      document.body.dataset['looks'] = `${Number(document.body.dataset['looks'] ?? 0) + 1}`;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

await main();
