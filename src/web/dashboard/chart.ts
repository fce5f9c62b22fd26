import { number } from './words.js';

/** Measurements that a chart shows: at one each two seconds, five minutes. */
const KEPT = 150;
const WIDTH = 300;
const HEIGHT = 48;
const SVG = 'http://www.w3.org/2000/svg';

/** A line of what was measured lately, the newest at the right. */
export class Chart {
  readonly element: SVGSVGElement = document.createElementNS(SVG, 'svg');
  readonly #line = document.createElementNS(SVG, 'path');
  readonly #area = document.createElementNS(SVG, 'path');
  readonly #name: string;
  readonly #values: number[] = [];

  /** @param name what is measured, for who does not see it */
  constructor(name: string) {
    this.#name = name;
    this.element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('role', 'img');
    this.#area.setAttribute('class', 'area');
    this.element.append(this.#area, this.#line);
    this.element.classList.add('chart');
  }

  /** A new measurement. */
  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > KEPT) this.#values.shift();
    const largest = Math.max(...this.#values, 1e-9);
    const step = WIDTH / (KEPT - 1);
    const left = WIDTH - (this.#values.length - 1) * step;
    const points = this.#values.map((one, i) => {
      const y = HEIGHT - 2 - (one / largest) * (HEIGHT - 6);
      return `${(left + i * step).toFixed(1)},${y.toFixed(1)}`;
    });
    this.#line.setAttribute('d', `M${points.join('L')}`);
    this.#area.setAttribute('d', `M${left.toFixed(1)},${HEIGHT}L${points.join('L')}L${WIDTH},${HEIGHT}Z`);
    this.element.setAttribute(
      'aria-label',
      `${this.#name}: ${number(value)} now, ${number(largest)} at the most`,
    );
  }
}
