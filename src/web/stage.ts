import { Layer } from './layer.js';
import type { Gallery } from './gallery.js';
import { DEEPEST_LEVEL, type View } from './view.js';

/** Layers at a time: the one that is shown, and those beneath it until it has its pictures. */
const MAX_LAYERS = 4;
/** A level that is passed in less time than this is not loaded, milliseconds. */
const PASSING_MS = 80;
/** Pixels of a screen per CSS pixel from which on tiles of the next level are shown at half their size. */
const FINE_SCREEN = 1.5;

/** The layers of the map. */
export class Stage {
  readonly #element: HTMLElement;
  readonly #gallery: Gallery;
  readonly #onChange: () => void;
  #layers: Layer[] = [];
  #since = 0;
  #view: View | null = null;
  #width = 0;
  #height = 0;
  #timer = 0;

  /** @param onChange told when pictures have come */
  constructor(element: HTMLElement, gallery: Gallery, onChange: () => void) {
    this.#element = element;
    this.#gallery = gallery;
    this.#onChange = onChange;
  }

  /** Shows a view in a window of so many CSS pixels. */
  show(view: View, width: number, height: number): void {
    this.#view = view;
    this.#width = width;
    this.#height = height;
    const level = Math.min(DEEPEST_LEVEL, view.level + (devicePixelRatio >= FINE_SCREEN ? 1 : 0));
    if (this.#layers.at(-1)?.level !== level) this.#enter(level);
    const top = this.#layers.at(-1);
    for (const layer of this.#layers) {
      const isLoading =
        layer === top && (this.#layers.length === 1 || performance.now() >= this.#since + PASSING_MS);
      layer.show(view, width, height, isLoading);
    }
    this.#tidy();
    clearTimeout(this.#timer);
    if (this.#layers.length > 1 || (top?.lacking ?? 0) > 0) {
      this.#timer = setTimeout(() => this.#again(), this.#layers.length > 1 ? PASSING_MS : 1000);
    }
  }

  /** Tiles have appeared; null: it is not known which. */
  expect(addresses: ReadonlySet<string> | null): void {
    for (const layer of this.#layers) layer.expect(addresses);
    this.#again();
  }

  /** The colours have changed. */
  repaint(): void {
    for (const layer of this.#layers) layer.repaint();
    this.#again();
  }

  /** The layers, the one that is shown last. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** Cells in view that do not show all there is. */
  get lacking(): number {
    return this.#layers.at(-1)?.lacking ?? 0;
  }

  #enter(level: number): void {
    const known = this.#layers.find((layer) => layer.level === level);
    this.#layers = this.#layers.filter((layer) => layer !== known);
    const layer = known ?? new Layer(level, this.#gallery, () => this.#changed());
    this.#layers.push(layer);
    this.#element.append(layer.element);
    this.#since = performance.now();
    while (this.#layers.length > MAX_LAYERS) this.#layers.shift()?.remove();
  }

  #changed(): void {
    this.#tidy();
    this.#onChange();
  }

  /** Takes away what is covered. */
  #tidy(): void {
    if (this.#layers.at(-1)?.isCovering)
      for (const layer of this.#layers.splice(0, this.#layers.length - 1)) layer.remove();
  }

  #again(): void {
    if (this.#view !== null) this.show(this.#view, this.#width, this.#height);
  }
}
