import { atLevel, panned, pixelsTo, type View, zoomed, zoomOf } from './view.js';

/** How long a step of the zoom takes, milliseconds. */
const STEP_MS = 260;
/** A flight over so many octaves takes a second. */
const OCTAVES_PER_SECOND = 5;
/** No flight takes longer, milliseconds. */
const LONGEST_MS = 9000;
/** Speed falls to 1/e in this time, milliseconds. */
const GLIDE_MS = 280;
/** Pixels a millisecond below which a glide ends. */
const STANDSTILL = 0.02;

/** Something that changes the view from picture to picture. Returns the view at a time, milliseconds after its beginning; null when it is over. */
type Movement = (elapsed: number, view: View) => View | null;

/** A step or slide: octaves inwards, CSS pixels of the view before it. */
interface Way {
  readonly octaves: number;
  readonly right: number;
  readonly down: number;
}
const NOWHERE: Way = { octaves: 0, right: 0, down: 0 };

/**
 * The view, and how it moves: at once, by a step of the zoom, gliding on after a drag, or flying to another place. One movement at a time;
 * whoever takes hold of the map ends it.
 */
export class Motion {
  #view: View;
  #movement: { readonly move: Movement; readonly since: number } | null = null;
  #frame = 0;
  /** What is left of a step or a slide. */
  #rest: Way = NOWHERE;
  readonly #onView: (view: View, isMoving: boolean) => void;
  readonly #isReduced = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param onView told before each picture that differs */
  constructor(view: View, onView: (view: View, isMoving: boolean) => void) {
    this.#view = view;
    this.#onView = onView;
  }

  /** What is shown now. */
  get view(): View {
    return this.#view;
  }

  /** Ends any movement and shows this. */
  set(view: View): void {
    this.#movement = null;
    this.#rest = NOWHERE;
    this.#view = view;
    this.#request();
  }

  /** Moves by CSS pixels, at once. */
  pan(right: number, down: number): void {
    this.set(panned(this.#view, right, down));
  }

  /** Enlarges about a point, CSS pixels from the centre, at once. */
  zoom(factor: number, right: number, down: number): void {
    this.set(zoomed(this.#view, factor, right, down));
  }

  /** The same within a quarter of a second. */
  step(octaves: number, right = 0, down = 0): void {
    this.#go({ octaves, right: 0, down: 0 }, right, down);
  }

  /** Moves by CSS pixels within a quarter of a second. */
  slide(right: number, down: number): void {
    this.#go({ octaves: 0, right, down }, 0, 0);
  }

  /** Goes on after a drag, ever more slowly. Pixels a millisecond. */
  glide(right: number, down: number): void {
    if (this.#isReduced.matches) return;
    let before = 0;
    this.#run((elapsed, view) => {
      const speed = Math.hypot(right, down) * Math.exp(-elapsed / GLIDE_MS);
      if (speed < STANDSTILL) return null;
      const way = GLIDE_MS * (Math.exp(-before / GLIDE_MS) - Math.exp(-elapsed / GLIDE_MS));
      before = elapsed;
      return panned(view, right * way, down * way);
    });
  }

  /** Flies to another view: out until both are near each other, over, and in. */
  fly(target: View): void {
    const start = this.#view;
    const near = meetingLevel(start, target);
    const out = zoomOf(start) - near;
    const into = zoomOf(target) - near;
    const duration = Math.min(
      LONGEST_MS,
      700 + (1000 * (Math.abs(out) + Math.abs(into))) / OCTAVES_PER_SECOND,
    );
    // In the middle, by shares of the way: zooming out about the start, crossing, zooming in about the target.
    const total = Math.abs(out) + Math.abs(into) + 2;
    const [leave, arrive] = [Math.abs(out) / total, 1 - Math.abs(into) / total];
    const above = shrunk(start, out);
    const beyond = shrunk(target, into);
    const { right, down } = pixelsTo(above, beyond);
    this.#begin(duration, (share) => {
      if (share >= 1) return target;
      if (share < leave) return shrunk(start, (out * share) / leave);
      if (share <= arrive) {
        const crossed = (share - leave) / (arrive - leave);
        return panned(above, right * crossed, down * crossed);
      }
      return shrunk(target, (into * (1 - share)) / (1 - arrive));
    });
  }

  /** Steps and slides; what is left of those before is done too, so that quick clicks add up. */
  #go(more: Way, right: number, down: number): void {
    const start = this.#view;
    const way = {
      octaves: this.#rest.octaves + more.octaves,
      right: this.#rest.right + more.right,
      down: this.#rest.down + more.down,
    };
    this.#begin(STEP_MS, (share) => {
      const factor = 2 ** (way.octaves * share);
      const left = 1 - share;
      this.#rest = {
        octaves: way.octaves * left,
        right: way.right * left * factor,
        down: way.down * left * factor,
      };
      return zoomed(panned(start, way.right * share, way.down * share), factor, right, down);
    });
    if (this.#movement !== null) this.#rest = way;
  }

  /** Moves along a curve that begins and ends gently; where people want little movement, goes to its end. */
  #begin(duration: number, viewAt: (share: number) => View): void {
    if (this.#isReduced.matches) return this.set(viewAt(1));
    this.#run((elapsed) => {
      if (elapsed >= duration) {
        this.set(viewAt(1));
        return null;
      }
      const share = elapsed / duration;
      return viewAt(share * share * (3 - 2 * share));
    });
  }

  #run(move: Movement): void {
    this.#movement = { move, since: performance.now() };
    this.#rest = NOWHERE;
    this.#request();
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const movement = this.#movement;
    if (movement !== null) {
      const next = movement.move(performance.now() - movement.since, this.#view);
      if (next !== null) this.#view = next;
      else if (this.#movement === movement) this.#movement = null;
    }
    this.#onView(this.#view, this.#movement !== null);
    if (this.#movement !== null) this.#request();
  }
}

/** A view, so many octaves further out. */
function shrunk(view: View, octaves: number): View {
  // So many octaves at a time as a double holds.
  let nearer = view;
  for (let left = octaves; left > 0; left -= 1000) nearer = zoomed(nearer, 2 ** -Math.min(1000, left));
  return nearer;
}

/** The zoom at which two views' centres are within a screen of each other, at most that of either. */
function meetingLevel(a: View, b: View): number {
  const lower = Math.min(zoomOf(a), zoomOf(b));
  let level = Math.floor(lower);
  const far = (value: bigint): boolean => (value < 0n ? -value : value) > 3n << 32n;
  for (; level > 0; level--) {
    const dx = atLevel(a.x, a.level, level) - atLevel(b.x, b.level, level);
    const dy = atLevel(a.y, a.level, level) - atLevel(b.y, b.level, level);
    if (!far(dx) && !far(dy)) return Math.min(lower, level);
  }
  return Math.min(lower, 0);
}
