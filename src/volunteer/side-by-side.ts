import type { Bell } from './clock.js';

/** How long nothing may ring before it is looked again, in milliseconds. */
const LOOK_MS = 1000;

/**
 * Does things side by side until the signal: looks for some, begins them, and looks again when one has ended, when the bell rings, or after a second. Ends
 * when what was begun has ended; an error of any of it is one of this.
 *
 * @param next what is to be begun now
 */
export async function sideBySide<Thing>(
  bell: Bell,
  signal: AbortSignal,
  next: () => readonly Thing[],
  act: (thing: Thing) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    for (const thing of next()) {
      const acting = act(thing).finally(() => {
        running.delete(acting);
        bell.ring();
      });
      running.add(acting);
    }
    await bell.wait(LOOK_MS, signal);
  }
  await Promise.all(running);
}
