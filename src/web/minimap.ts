import type { PaintedPictures } from './painted-pictures.js';
import type { PictureStore } from './picture-store.js';
import { FRACTION_BITS, tileSize, type View } from './view.js';

/** Pixels of the root in the small map, and where its west edge and the real axis are. */
const ROOT_PIXELS = 192;
const WEST = -24;
const AXIS = 40;
const WIDTH = 104;
const HEIGHT = 80;

/** The small map: the root tile and its mirror image, and where the view is. */
export class Minimap {
  readonly #element: HTMLElement;
  readonly #frame: HTMLElement;

  /** @param onPick told where somebody has clicked, in shares of the root's side from its west edge and from the axis */
  constructor(element: HTMLElement, onPick: (east: number, north: number) => void) {
    this.#element = element;
    this.#frame = element.querySelector('i') ?? document.createElement('i');
    element.addEventListener('click', ({ clientX, clientY }) => {
      const box = element.getBoundingClientRect();
      onPick((clientX - box.left - WEST) / ROOT_PIXELS, (AXIS - (clientY - box.top)) / ROOT_PIXELS);
    });
  }

  /** Shows the root in the theme's colours. */
  async paint(store: PictureStore, painted: PaintedPictures): Promise<void> {
    const bytes = await store.fetch('M', 100, () => true);
    if (bytes === null) return;
    for (const image of this.#element.querySelectorAll('img')) image.src = painted.urlOf(bytes, 0);
  }

  /** Shows where the view is. */
  show(view: View, width: number, height: number): void {
    const side = 2 ** (view.level + FRACTION_BITS);
    // Beyond doubles both are infinite, and their quotient is found from the leading digits.
    const share = (value: bigint): number =>
      Number.isFinite(side)
        ? Number(value) / side
        : Number((value * 2n ** 40n) >> BigInt(view.level + FRACTION_BITS)) / 2 ** 40;
    const root = tileSize(view, 0);
    const { style } = this.#frame;
    style.left = `${clamp(WEST + share(view.x) * ROOT_PIXELS, WIDTH)}px`;
    style.top = `${clamp(AXIS - share(view.y) * ROOT_PIXELS, HEIGHT)}px`;
    style.width = `${(width / root) * ROOT_PIXELS}px`;
    style.height = `${(height / root) * ROOT_PIXELS}px`;
  }
}

/** A middle of the map may be where the small one shows nothing. */
function clamp(pixels: number, most: number): number {
  return Math.max(0, Math.min(most, pixels));
}

/** The view in whose middle a point of the small map is. */
export function viewAround(view: View, east: number, north: number): View {
  const unit = 2 ** 20;
  const at = (share: number): bigint =>
    (BigInt(Math.round(share * unit)) << BigInt(view.level + FRACTION_BITS)) / BigInt(unit);
  return { ...view, x: at(east), y: at(north) };
}
