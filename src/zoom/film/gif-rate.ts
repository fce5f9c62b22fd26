/** A GIF's clock. */
export const GIF_TICKS_A_SECOND = 100;
/** Browsers show a frame of one tick for ten. */
const SHORTEST_DELAY = 2;

/** Frames a second: the highest that is shown as it is. */
export const HIGHEST_GIF_RATE: number = GIF_TICKS_A_SECOND / SHORTEST_DELAY;
