import { MAX_DOUBLE_LEVEL } from '../tile/grid.js';

/** How samples are computed: each orbit in doubles, or as a difference to a reference orbit. */
export type NumberType = 'doubles' | 'differences';

/**
 * The number type of each level, the first row that reaches it.
 *
 * Milliseconds for all samples of a tile, doubles against differences, one core: level 24: 25 against 56 (around a nucleus of period
 * 252), 36 against 88 (around one of period 86,614); level 28: 31 against 208, 742 against 1659; level 32: 34 against 84, 5960 against
 * 15,400. So doubles are the faster ones wherever they are right: they end where their distances do.
 */
const NUMBER_TYPES: readonly { readonly to: number; readonly type: NumberType }[] = [
  { to: MAX_DOUBLE_LEVEL, type: 'doubles' },
  { to: Infinity, type: 'differences' },
];

/** The number type in which a level is computed. */
export function numberTypeOf(level: number): NumberType {
  return NUMBER_TYPES.find(({ to }) => level <= to)?.type ?? 'differences';
}
