import { EXTERIOR, UNRESOLVED } from './batch.js';
import { findCycle, type Cycle } from './cycle.js';
import { ESCAPE_RADIUS_SQUARED, log2ExteriorDistance } from './exterior.js';

/** What is known of one point; an object of the caller, filled by {@link race}. */
export interface Verdict {
  /** {@link EXTERIOR}, {@link UNRESOLVED} or the verified minimal period. */
  period: number;
  /** log2 of the distance estimate, units of the plane; -Infinity when unresolved. */
  log2Distance: number;
}

/**
 * End of the first window. A point lives this long before Newton is tried. Counted in operations on three views (seahorse,
 * -0.75+0.0625i, a wholly interior one), 32 costs 0.9, 1.3 and 1.6 times as much as 16; interior views are frequent.
 */
const FIRST_WINDOW_END = 16;

/**
 * log2 of the distance below which an interior verdict is no proof: the multiplier carries rounding errors of a few 1e-16,
 * so at a parabolic point such as 1/4+i/2, where its modulus is exactly 1, Newton may find 1 - 2e-16.
 */
const LOG2_CERTAIN_INTERIOR = -46;

const found: Cycle = { period: 0, log2Distance: 0 };

/**
 * Races the two tests for one point c: does its orbit escape, or does it have an attracting cycle?
 *
 * The orbit of 0 is followed with its derivative, through windows that end at n = 16, 32, 64, ... In every other one, the
 * first, third, fifth ..., the orbit is watched: such a window remembers where it began, w, and the last two n at which the
 * orbit came strictly closer to w than before in it. In the first window w = 0: these are the last minima of |z_n|, the
 * atom domains, which hold the period in most cases. In the later ones w is a point of the orbit itself; once the orbit is
 * near its cycle, the period or a multiple of it is the closest return, for any interior c. When the window ends, the
 * two are tried as periods, the smaller first, by Newton's method from the current z, the best known start.
 *
 * (Trying all returns costs a fifth more Newton steps on the seahorse view and finds nothing more; watching every window
 * makes the whole race a quarter slower there and on the view beside it, counted in operations.)
 *
 * Escape is looked for at every fourth n: |z| is at most 2^320 then, and the estimate only gets better on the way.
 *
 * Rounding z acts like moving c by about 2^-52. Up to a distance of 2^-60 the escape was seen to come at the same n as in
 * 260-bit arithmetic (29,000 points); nearer than that (1 sample in 250 of those computed at level 7) it comes at another
 * n, so such a distance means no more than "next to the boundary".
 *
 * Nothing but escape makes a point exterior and nothing but Newton's proof makes it interior.
 *
 * @param cRe real part of c, units of the plane, |cRe| <= 16
 * @param cIm imaginary part of c
 * @param budget iterations of the orbit before the point is given up as unresolved
 * @param verdict receives the answer
 * @see mathr.co.uk, "A roadmap for distributed Mandelbrot set rendering" (racing tests);
 * Munafo, Mu-Ency, "Atom domain"
 */
export function race(cRe: number, cIm: number, budget: number, verdict: Verdict): void {
  let zRe = 0;
  let zIm = 0;
  let dRe = 0;
  let dIm = 0;
  let wRe = 0;
  let wIm = 0;
  let windowStart = 0;
  let windowEnd = FIRST_WINDOW_END;
  let watched = true;
  let closest = Infinity;
  let last = 0;
  let beforeLast = 0;
  for (let n = 1; n <= budget; n++) {
    const twiceRe = zRe + zRe;
    const twiceIm = zIm + zIm;
    const d = twiceRe * dRe - twiceIm * dIm + 1;
    dIm = twiceRe * dIm + twiceIm * dRe;
    dRe = d;
    const z = zRe * zRe - zIm * zIm + cRe;
    zIm = twiceRe * zIm + cIm;
    zRe = z;
    if ((n & 3) === 0 || n === budget) {
      const z2 = zRe * zRe + zIm * zIm;
      if (z2 > ESCAPE_RADIUS_SQUARED) {
        verdict.period = EXTERIOR;
        verdict.log2Distance = log2ExteriorDistance(z2, dRe * dRe + dIm * dIm);
        return;
      }
    }
    if (watched) {
      const awayRe = zRe - wRe;
      const awayIm = zIm - wIm;
      const away = awayRe * awayRe + awayIm * awayIm;
      if (away < closest) {
        closest = away;
        beforeLast = last;
        last = n - windowStart;
      }
    }
    if (n !== windowEnd) continue;
    if (
      watched &&
      ((beforeLast > 0 && isInterior(cRe, cIm, beforeLast, zRe, zIm, verdict)) ||
        isInterior(cRe, cIm, last, zRe, zIm, verdict))
    ) {
      return;
    }
    watched = !watched;
    wRe = zRe;
    wIm = zIm;
    windowStart = n;
    windowEnd = 2 * n;
    closest = Infinity;
    last = 0;
    beforeLast = 0;
  }
  verdict.period = UNRESOLVED;
  verdict.log2Distance = -Infinity;
}

/** Tries a candidate period; fills the verdict when it is proven. */
function isInterior(
  cRe: number,
  cIm: number,
  candidate: number,
  zRe: number,
  zIm: number,
  verdict: Verdict,
): boolean {
  const proven =
    findCycle(cRe, cIm, candidate, zRe, zIm, found) && found.log2Distance > LOG2_CERTAIN_INTERIOR;
  if (proven) {
    verdict.period = found.period;
    verdict.log2Distance = found.log2Distance;
  }
  return proven;
}
