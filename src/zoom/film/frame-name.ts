/** Six digits, so that names sort like frames; a longer film has longer names at its end. */
const DIGITS = 6;

/** The name of a frame in a folder of pictures, from 0. */
export function frameName(frame: number): string {
  return `${String(frame).padStart(DIGITS, '0')}.png`;
}

/** Whether a file may be such a frame. */
export function isFrameName(name: string): boolean {
  return /^\d{6,}\.png$/.test(name);
}
