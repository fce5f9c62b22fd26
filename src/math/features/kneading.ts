import { periodOf, wordOf, type Angle } from './angle.js';

/**
 * Kneading sequences and internal addresses: the combinatorics of a periodic angle without its position.
 *
 * The diameter from t/2 to (t+1)/2 cuts the circle in two. The k-th entry of the kneading sequence of t says on which side
 * 2^(k-1) t lies: 1 on the side of t, 0 on the other, * on the diameter, which happens at multiples of the period only.
 *
 * @see Schleicher, "Internal addresses in the Mandelbrot set and Galois groups of polynomials", arXiv math/9411238,
 * definitions 2.1 and 2.2; Lau and Schleicher, "Internal addresses in the Mandelbrot set and irreducibility of polynomials"
 */

/**
 * The first period of the kneading sequence, such as "10*" for 3/7.
 *
 * Multiplied out, the definition says: the k-th entry is 1 where (2^k - 1) t has an even integral part, 0 where it is odd, and
 * * where (2^k - 1) t is an integer. Where t has the first k-1 binary digits m, 2^(k-1) t lies above t/2 from
 * 2m / (2^k - 1) on, and above (t+1)/2 from (2m+1) / (2^k - 1) on.
 *
 * @throws RangeError for a period above 65,536
 */
export function kneadingOf(angle: Angle): string {
  const period = periodOf(angle);
  const word = wordOf(angle, period);
  let kneading = '';
  // floor((2^k - 1) t) is the number m of the first k digits, and one less where the digits after them are below t's own.
  for (let k = 1; k < period; k++) {
    const rest = BigInt(period - k);
    const head = word >> rest;
    const rotated = ((word - (head << rest)) << BigInt(k)) | head;
    const floor = rotated < word ? head - 1n : head;
    kneading += floor % 2n === 0n ? '1' : '0';
  }
  return `${kneading}*`;
}

/**
 * rho(n): the first k > n at which the sequence differs from itself shifted by n.
 *
 * @param kneading one period that ends in *, the only one; `n` is below its length, which bounds the answer
 */
export function rho(kneading: string, n: number): number {
  let k = n + 1;
  while (kneading[k - 1] === kneading[k - n - 1]) k++;
  return k;
}

/** The internal address of a kneading sequence that ends in *: 1, rho(1), rho(rho(1)), ... up to its length. */
export function internalAddressOf(kneading: string): number[] {
  const address = [1];
  for (let s = 1; s < kneading.length; address.push(s)) s = rho(kneading, s);
  return address;
}

/**
 * The kneading sequence with an internal address, the inverse of {@link internalAddressOf}: up to each next number it is the
 * sequence so far repeated, and there it is not.
 *
 * @param address strictly ascending from 1; not every such list belongs to an angle
 */
export function kneadingOfAddress(address: readonly number[]): string {
  const period = address[address.length - 1];
  const kneading = ['1'];
  for (const next of address.slice(1)) {
    const repeated = kneading.length;
    while (kneading.length < next) kneading.push(kneading[kneading.length % repeated]);
    kneading[next - 1] = kneading[next - 1] === '1' ? '0' : '1';
  }
  kneading[period - 1] = '*';
  return kneading.join('');
}
