/** A point of the parameter plane where 0 is periodic. */
export interface Nucleus {
  readonly re: number;
  readonly im: number;
}

/** F^p(0) and its derivative by c, one after the other: [re, im, re, im]. */
function criticalOrbit(re: number, im: number, period: number): [number, number, number, number] {
  let x = 0;
  let y = 0;
  let dx = 0;
  let dy = 0;
  for (let i = 0; i < period; i++) {
    [dx, dy] = [2 * (x * dx - y * dy) + 1, 2 * (x * dy + y * dx)];
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
  }
  return [x, y, dx, dy];
}

/** Newton's method for F^p(0) = 0, or null when it does not settle. */
function polish(startRe: number, startIm: number, period: number): Nucleus | null {
  let re = startRe;
  let im = startIm;
  for (let step = 0; step < 200; step++) {
    const [x, y, dx, dy] = criticalOrbit(re, im, period);
    const d2 = dx * dx + dy * dy;
    const stepRe = (x * dx + y * dy) / d2;
    const stepIm = (y * dx - x * dy) / d2;
    re -= stepRe;
    im -= stepIm;
    if (!(re * re + im * im < 100)) return null;
    if (stepRe * stepRe + stepIm * stepIm < 1e-28) return { re, im };
  }
  return null;
}

/**
 * Every root of F^p(0) = 0, the nuclei of all periods that divide p: Newton's method from circles around the set, which
 * lie in every root's basin (Hubbard, Schleicher and Sutherland, "How to find all roots of complex polynomials", 2001).
 */
export function rootsOfPeriod(period: number): Nucleus[] {
  const roots: Nucleus[] = [];
  const degree = 2 ** (period - 1);
  for (const radius of [1.6, 2, 2.5, 3]) {
    for (let k = 0; k < 12 * degree && roots.length < degree; k++) {
      const angle = (2 * Math.PI * (k + 0.5)) / (12 * degree);
      const root = polish(radius * Math.cos(angle) - 0.5, radius * Math.sin(angle), period);
      if (root && !roots.some(({ re, im }) => Math.hypot(re - root.re, im - root.im) < 1e-9))
        roots.push(root);
    }
  }
  return roots;
}

/** |1 / (beta L^2)|, L = product of 2 z_i for i = 1..p-1, beta = 1 + sum of 1/L_i: the size of a nucleus' component. */
export function componentSize({ re, im }: Nucleus, period: number): number {
  let x = 0;
  let y = 0;
  let lRe = 1;
  let lIm = 0;
  let betaRe = 1;
  let betaIm = 0;
  for (let i = 1; i < period; i++) {
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
    [lRe, lIm] = [2 * (x * lRe - y * lIm), 2 * (x * lIm + y * lRe)];
    const l2 = lRe * lRe + lIm * lIm;
    betaRe += lRe / l2;
    betaIm -= lIm / l2;
  }
  return 1 / (Math.hypot(betaRe, betaIm) * (lRe * lRe + lIm * lIm));
}
