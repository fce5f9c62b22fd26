import { formatAddress, type AngledAddress } from './angled-address.js';

/** What a component comes from, and what it is called. Both follow from its angled internal address. */

/** The component that another one belongs to. */
export interface Parent {
  readonly address: AngledAddress;
  /** Whether the child is of the primitive kind: it does not touch the parent, the last component that its address passes. */
  readonly isPrimitive: boolean;
}

/**
 * The component that another one buds from, or for a primitive one the last that its address passes; null for the main
 * cardioid.
 *
 * A component buds from the last one that its address passes exactly when that one's period divides its own.
 *
 * @see Schleicher, "Internal addresses in the Mandelbrot set and Galois groups of polynomials", section 2
 */
export function parentOf({ steps, period }: AngledAddress): Parent | null {
  const last = steps.at(-1);
  if (!last) return null;
  return {
    address: { steps: steps.slice(0, -1), period: last.period },
    isPrimitive: period % last.period !== 0,
  };
}

/**
 * Names in general use, by address. Rabbit, airplane and corabbit: Douady, "Systèmes dynamiques holomorphes", and Branner, "The
 * Mandelbrot set" (1989). Basilica: the Julia set that Mandelbrot named San Marco. Kokopelli: Wikibooks, "Fractals",
 * period 4 (angles 3/15 and 4/15), after the flute player that its Julia set resembles.
 */
const NAMES: Readonly<Record<string, string>> = {
  '1': 'main cardioid',
  '1_1/2->2': 'basilica',
  '1_1/3->3': 'rabbit',
  '1_2/3->3': 'corabbit',
  '1_1/2->2_1/2->3': 'airplane',
  '1_1/3->3_1/2->4': 'Kokopelli',
  '1_2/3->3_1/2->4': 'co-Kokopelli',
};

/** The name of a component that has one, or null. */
export function nameOf(address: AngledAddress): string | null {
  return NAMES[formatAddress(address)] ?? null;
}
