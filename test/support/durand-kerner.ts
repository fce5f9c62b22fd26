import type { Nucleus } from './nuclei.js';

/**
 * Every root of F^p(0) = 0 by the method of Weierstrass (Durand and Kerner): all at once, without derivatives. For a degree of some dozens.
 */
export function weierstrassRoots(period: number): Nucleus[] {
  const degree = 2 ** (period - 1);
  let roots = Array.from({ length: degree }, (_, k): Nucleus => {
    const angle = (2 * Math.PI * k) / degree + 0.4;
    return { re: 1.5 * Math.cos(angle) - 0.6, im: 1.3 * Math.sin(angle) };
  });
  for (let step = 0; step < 2000; step++) {
    let largest = 0;
    const next = [...roots];
    for (const [k, { re, im }] of roots.entries()) {
      let x = 0;
      let y = 0;
      for (let i = 0; i < period; i++) [x, y] = [x * x - y * y + re, 2 * x * y + im];
      for (const [j, other] of next.entries()) {
        if (j === k) continue;
        const dRe = re - other.re;
        const dIm = im - other.im;
        const d2 = dRe * dRe + dIm * dIm;
        [x, y] = [(x * dRe + y * dIm) / d2, (y * dRe - x * dIm) / d2];
      }
      next[k] = { re: re - x, im: im - y };
      largest = Math.max(largest, Math.hypot(x, y));
    }
    roots = next;
    if (largest < 1e-15) break;
  }
  return roots;
}
