/** Frames a second as a fraction: `frames` in `seconds`, both whole. Films state it so; 29.97 is 2997 in 100. */
export interface FrameRate {
  readonly frames: number;
  readonly seconds: number;
}

/** Digits after the decimal point that are kept. */
const DECIMALS = 3;
/** Above it nothing shows a film; and `frames` stays below 2^16, which is all that an APNG's delay has. */
const HIGHEST = 240;
const LARGEST = 65_535;

/**
 * The fraction of a number of frames a second.
 *
 * @param fps 0.001 to 240; rounded to thousandths, above 65.535 to hundredths
 * @throws RangeError outside of them
 */
export function frameRate(fps: number): FrameRate {
  if (!(fps >= 10 ** -DECIMALS && fps <= HIGHEST)) {
    throw new RangeError(`expected 0.001 to ${HIGHEST} frames a second, got ${fps}`);
  }
  for (let decimals = 0; ; decimals++) {
    const seconds = 10 ** decimals;
    const frames = Math.round(fps * seconds);
    const isLast = decimals === DECIMALS || frames * 10 > LARGEST;
    // 0.07 * 100 is not 7 in doubles, but 7 / 100 is 0.07.
    if (frames / seconds === fps || isLast) return { frames, seconds };
  }
}
