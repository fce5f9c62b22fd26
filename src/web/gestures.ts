import type { Motion } from './motion.js';

/** A press that has moved less than this is a click, CSS pixels. */
const CLICK_PIXELS = 5;
/** A drag's speed is that of its last so many milliseconds. */
const SPEED_MS = 90;
/** Wheel steps of a mouse, lines and pages, as pixels. */
const WHEEL_PIXELS = [1, 33, 400];
/** Wheel pixels of an octave. */
const OCTAVE_PIXELS = 240;
/** Part of the window that an arrow key moves by. */
const ARROW_SHARE = 0.25;

/** A finger or mouse button that is down. */
interface Press {
  x: number;
  y: number;
}

/** What people do with mouse, fingers and keys on the map. */
export interface GestureOptions {
  readonly motion: Motion;
  /** Told of a click that is none of the map's movements; returns whether it was used up. */
  readonly onClick: (x: number, y: number) => boolean;
  readonly onHome: () => void;
  /** Told where the mouse is, CSS pixels from the element's corner; null when it has left. */
  readonly onHover: (at: { x: number; y: number } | null) => void;
}

/** Listens on the map's element: drag, pinch, wheel, click, keys. */
export function listenToGestures(
  element: HTMLElement,
  { motion, onClick, onHome, onHover }: GestureOptions,
): void {
  const presses = new Map<number, Press>();
  let moved = 0;
  let trail: { x: number; y: number; time: number }[] = [];

  const fromCentre = (x: number, y: number): [number, number] => {
    const box = element.getBoundingClientRect();
    return [x - box.left - box.width / 2, y - box.top - box.height / 2];
  };
  const middle = (): { x: number; y: number; spread: number } => {
    const all = [...presses.values()];
    const x = all.reduce((sum, press) => sum + press.x, 0) / all.length;
    const y = all.reduce((sum, press) => sum + press.y, 0) / all.length;
    const spread = all.reduce((sum, press) => sum + Math.hypot(press.x - x, press.y - y), 0) / all.length;
    return { x, y, spread };
  };

  element.addEventListener('pointerdown', (event) => {
    if (event.button > 0 || (event.target as Element).closest('button, input, select, a')) return;
    element.setPointerCapture(event.pointerId);
    presses.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (presses.size === 1) moved = 0;
    else moved = Infinity; // a pinch is no click
    trail = [];
    motion.set(motion.view);
  });

  element.addEventListener('pointermove', (event) => {
    const press = presses.get(event.pointerId);
    if (event.pointerType === 'mouse' && press === undefined) {
      const box = element.getBoundingClientRect();
      onHover({ x: event.clientX - box.left, y: event.clientY - box.top });
    }
    if (press === undefined) return;
    const before = middle();
    moved += Math.hypot(event.clientX - press.x, event.clientY - press.y);
    press.x = event.clientX;
    press.y = event.clientY;
    if (moved < CLICK_PIXELS) return;
    const after = middle();
    motion.pan(before.x - after.x, before.y - after.y);
    if (before.spread > 0 && after.spread > 0)
      motion.zoom(after.spread / before.spread, ...fromCentre(after.x, after.y));
    trail.push({ x: after.x, y: after.y, time: event.timeStamp });
  });

  const lift = (event: PointerEvent): void => {
    if (!presses.delete(event.pointerId)) return;
    if (presses.size > 0) {
      trail = [];
      return;
    }
    if (event.type === 'pointercancel') return;
    if (moved < CLICK_PIXELS) {
      if (onClick(event.clientX, event.clientY)) return;
      motion.step(event.shiftKey ? -1 : 1, ...fromCentre(event.clientX, event.clientY));
      return;
    }
    const recent = trail.filter(({ time }) => time > event.timeStamp - SPEED_MS);
    const first = recent[0];
    const last = recent.at(-1);
    if (!first || !last || last.time <= first.time) return;
    const time = last.time - first.time;
    motion.glide((first.x - last.x) / time, (first.y - last.y) / time);
  };
  element.addEventListener('pointerup', lift);
  element.addEventListener('pointercancel', lift);
  element.addEventListener('pointerleave', () => onHover(null));

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * WHEEL_PIXELS[event.deltaMode];
      // A touchpad's pinch comes as a wheel with the control key, in smaller numbers.
      const octaves = -Math.max(-1, Math.min(1, (pixels / OCTAVE_PIXELS) * (event.ctrlKey ? 4 : 1)));
      motion.zoom(2 ** octaves, ...fromCentre(event.clientX, event.clientY));
    },
    { passive: false },
  );

  // Keys that nothing else has are the map's, also before it was touched.
  document.addEventListener('keydown', (event) => {
    const isOurs = event.target === element || event.target === document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || !isOurs) return;
    const across = element.clientWidth * ARROW_SHARE;
    const along = element.clientHeight * ARROW_SHARE;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => motion.slide(-across, 0),
      ArrowRight: () => motion.slide(across, 0),
      ArrowUp: () => motion.slide(0, -along),
      ArrowDown: () => motion.slide(0, along),
      '+': () => motion.step(1),
      '=': () => motion.step(1),
      '-': () => motion.step(-1),
      _: () => motion.step(-1),
      Home: onHome,
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
