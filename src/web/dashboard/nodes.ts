import { build, facts } from '../build.js';
import { Chart } from './chart.js';
import type { Node } from './status.js';
import { address, duration, number } from './words.js';

/** The clients, each with a chart of its own. */
export class Nodes {
  readonly #element: HTMLElement;
  readonly #charts = new Map<string, Chart>();

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Shows them as they are now. */
  show(nodes: readonly Node[]): void {
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of this.#charts.keys()) if (!names.has(name)) this.#charts.delete(name);
    const cards = nodes.map((node) => this.#card(node));
    this.#element.replaceChildren(
      ...(cards.length > 0 ? cards : [build('p', 'empty', 'No client works here.')]),
    );
  }

  #card(node: Node): HTMLElement {
    const { name, alive, state, host, workers, current, lockWait, errors, lastError } = node;
    const rate = alive ? (node.tilesPerSecond ?? 0) : 0;
    const chart = this.#charts.get(name) ?? new Chart('Tiles a second');
    this.#charts.set(name, chart);
    chart.add(rate);
    const mood = !alive ? 'silent' : state === 'working' ? 'good' : 'calm';
    const [first] = current ?? [];
    const more = (current?.length ?? 0) > 1 ? `, and ${(current?.length ?? 0) - 1} more` : '';
    const card = build(
      'li',
      `card node ${mood}`,
      build('h3', '', build('i', ''), name),
      build('p', 'state', alive ? (state ?? 'unknown') : 'silent'),
      build('p', 'rate', build('b', '', number(rate)), ' tiles/s'),
      chart.element,
      facts(
        [
          'Host',
          `${host ?? 'unknown'}${workers === null ? '' : `, ${workers} ${workers === 1 ? 'core' : 'cores'}`}`,
        ],
        ['Tiles', `${number((node.subdivided ?? 0) + (node.made ?? 0))} done, ${node.holding} held`],
        [
          'Now',
          first ? `${first.task} ${address(first.address)} for ${duration(first.age)}${more}` : 'nothing',
        ],
        ['Heartbeat', node.heartbeatAge === null ? 'never' : `${duration(node.heartbeatAge)} ago`],
        lockWait === null ? null : ['Lock wait', duration(lockWait)],
        ['Errors', errors === null ? 'unknown' : number(errors)],
      ),
      lastError && build('p', 'bad', `${lastError.text} (${duration(lastError.age)} ago)`),
    );
    card.title = node.version === null ? '' : `mandeld ${node.version}, process ${node.pid ?? '?'}`;
    return card;
  }
}
