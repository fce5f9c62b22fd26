import { cellAt, type Cell as Subject } from '../tile/mirror.js';
import { cornerOf, TILE_SIDE, tileSize, type View } from './view.js';
import { isWithin, windowOf, type Window } from './cells.js';
import type { Gallery, Shown } from './gallery.js';

/** One cell of the table. */
interface Cell {
  readonly x: bigint;
  readonly y: bigint;
  readonly subject: Subject | null;
  readonly element: HTMLTableCellElement;
  readonly image: HTMLImageElement | null;
  /** Nothing shown yet; a part of an ancestor; all there is. */
  state: 'empty' | 'makeshift' | 'final';
  /** When to look again for something better. */
  lookAt: number;
  /** The search that is under way; the answer of an earlier one is nobody's. */
  search: number;
  isLooking: boolean;
}

/** Cells beyond the window's edge on each side. */
const MARGIN = 1;
/** By so many pixels a picture reaches into the next cell, which is painted over it: else the ground shines through where they meet. */
const OVERLAP = 0.75;
/** How long to wait before a cell that shows an ancestor is looked at again, milliseconds. */
const LOOK_AGAIN_MS = 4000;

/**
 * The pictures of one level: an HTML table with an img in each cell, moved and enlarged as a whole. When the view leaves the table, another one is
 * laid, and the cells that both have are moved over.
 */
export class Layer {
  readonly level: number;
  readonly element: HTMLDivElement = document.createElement('div');
  readonly #gallery: Gallery;
  readonly #onChange: () => void;
  #table = document.createElement('table');
  #window: Window | null = null;
  #visible: Window | null = null;
  #cells = new Map<string, Cell>();
  #isGone = false;

  /** @param onChange told when a picture has come */
  constructor(level: number, gallery: Gallery, onChange: () => void) {
    this.level = level;
    this.#gallery = gallery;
    this.#onChange = onChange;
    this.element.className = 'layer';
    this.element.dataset['level'] = String(level);
  }

  /** Puts it where the view has it, and looks for the pictures that it lacks. */
  show(view: View, width: number, height: number, isLoading: boolean): void {
    const visible = windowOf(view, this.level, width, height, 0);
    this.#visible = visible;
    if (isLoading && (this.#window === null || !isWithin(visible, this.#window))) {
      this.#lay(windowOf(view, this.level, width, height, MARGIN));
    }
    if (this.#window === null) return;
    const { right, down } = cornerOf(view, this.level, this.#window.west, this.#window.north);
    const factor = tileSize(view, this.level) / TILE_SIDE;
    this.element.style.transform = `translate(${width / 2 + right}px, ${height / 2 + down}px) scale(${factor})`;
    if (isLoading) this.look();
  }

  /** Looks for what cells lack, those in view first. */
  look(): void {
    const now = performance.now();
    for (const cell of this.#cells.values()) {
      if (cell.state === 'final' || cell.isLooking || cell.lookAt > now) continue;
      if (cell.state === 'makeshift' && !this.#isInView(cell)) continue;
      void this.#find(cell);
    }
  }

  /** Looks for a tile that is said to have appeared, at once; by its address, or all of them. */
  expect(addresses: ReadonlySet<string> | null): void {
    for (const cell of this.#cells.values()) {
      if (cell.subject && (addresses === null || addresses.has(cell.subject.address))) cell.lookAt = 0;
    }
  }

  /** Shows everything anew: the colours have changed. */
  repaint(): void {
    for (const cell of this.#cells.values()) {
      if (cell.subject === null) continue;
      cell.state = 'empty';
      cell.lookAt = 0;
      cell.isLooking = false;
      cell.search++;
    }
  }

  /** Whether each cell in view shows something. */
  get isCovering(): boolean {
    if (this.#window === null) return false;
    for (const cell of this.#cells.values()) if (cell.state === 'empty' && this.#isInView(cell)) return false;
    return true;
  }

  /** Cells in view that do not show all there is. */
  get lacking(): number {
    let count = 0;
    for (const cell of this.#cells.values()) if (cell.state !== 'final' && this.#isInView(cell)) count++;
    return count;
  }

  /** What is to be drawn to show the view elsewhere: pictures and where they stand, in the table's pixels. */
  *pictures(): Generator<{ image: HTMLImageElement; cell: HTMLTableCellElement }> {
    for (const { image, element } of this.#cells.values())
      if (image?.complete && image.src) yield { image, cell: element };
  }

  /** Takes it away. */
  remove(): void {
    this.#isGone = true;
    this.element.remove();
  }

  /** Whether a cell is in view, or at most so many cells beside it. */
  #isInView({ x, y }: Cell, margin = 0): boolean {
    const w = this.#visible;
    if (w === null) return false;
    const more = BigInt(margin);
    return (
      x >= w.west - more &&
      x < w.west + BigInt(w.columns) + more &&
      y <= w.north + more &&
      y > w.north - BigInt(w.rows) - more
    );
  }

  #lay(window: Window): void {
    const table = document.createElement('table');
    table.setAttribute('role', 'presentation');
    const cells = new Map<string, Cell>();
    for (let i = 0; i < window.rows; i++) {
      const row = table.insertRow();
      for (let j = 0; j < window.columns; j++) {
        const x = window.west + BigInt(j);
        const y = window.north - BigInt(i);
        const key = `${x} ${y}`;
        const cell = this.#cells.get(key) ?? this.#makeCell(x, y);
        cells.set(key, cell);
        row.append(cell.element);
      }
    }
    this.#window = window;
    this.#cells = cells;
    this.#table.remove();
    this.#table = table;
    this.element.append(table);
  }

  #makeCell(x: bigint, y: bigint): Cell {
    const element = document.createElement('td');
    const subject = cellAt(this.level, x, y);
    let image: HTMLImageElement | null = null;
    if (subject === null) {
      element.className = 'outside';
    } else {
      image = document.createElement('img');
      image.alt = '';
      image.draggable = false;
      image.decoding = 'async';
      element.append(image);
      if (subject.isMirrored) element.className = 'mirrored';
    }
    const state = subject === null ? 'final' : 'empty';
    return { x, y, subject, element, image, state, lookAt: 0, search: 0, isLooking: false };
  }

  async #find(cell: Cell): Promise<void> {
    const { subject, image } = cell;
    if (subject === null || image === null) return;
    cell.isLooking = true;
    const search = ++cell.search;
    const isWanted = (): boolean =>
      !this.#isGone && this.#cells.get(`${cell.x} ${cell.y}`) === cell && this.#isInView(cell, MARGIN);
    const shown = await this.#gallery.find(subject.address, this.#urgencyOf(cell), isWanted);
    if (cell.search !== search) return;
    cell.isLooking = false;
    cell.lookAt = performance.now() + (isWanted() ? LOOK_AGAIN_MS : 0);
    if (shown === null) return;
    await this.#put(image, shown);
    if (cell.search !== search) return;
    cell.state = shown.isFinal ? 'final' : 'makeshift';
    cell.element.dataset['state'] = cell.state;
    this.#onChange();
  }

  async #put(image: HTMLImageElement, { url, up, column, row }: Shown): Promise<void> {
    const size = TILE_SIDE * 2 ** up;
    if (image.src !== url) {
      const next = new Image();
      next.src = url;
      await next.decode().catch(() => undefined);
      image.src = url;
    }
    image.style.width = image.style.height = `${size + (up === 0 ? OVERLAP : 0)}px`;
    const [left, top] = [column * TILE_SIDE, row * TILE_SIDE];
    image.style.transform = up === 0 ? '' : `translate(${-left}px, ${-top}px)`;
    const end = (start: number): number => Math.max(0, size - start - TILE_SIDE - OVERLAP);
    image.style.clipPath = up === 0 ? '' : `inset(${top}px ${end(left)}px ${end(top)}px ${left}px)`;
  }

  /** Cells from the middle of the view. */
  #urgencyOf(cell: Cell): number {
    const w = this.#visible;
    if (w === null) return 0;
    const right = Number(cell.x - w.west) + 0.5 - w.columns / 2;
    const down = Number(w.north - cell.y) + 0.5 - w.rows / 2;
    return Math.hypot(right, down);
  }
}
