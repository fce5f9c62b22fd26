// Constants of the scalar kernel, bit for bit; each is explained where the scalar kernel defines it.

/** 2^exponent for ordinary exponents. */
// @ts-ignore: decorator
@inline
function pow2(exponent: i32): f64 {
  return reinterpret<f64>(<u64>(1023 + exponent) << 52);
}

export const ESCAPE_RADIUS_SQUARED: f64 = pow2(40);
export const FIRST_WINDOW_END: i32 = 16;
export const LOG2_CERTAIN_INTERIOR: f64 = -46.0;

export const MAX_STEPS: i32 = 16;
export const EXPANSION: f64 = 1.5;
export const CONVERGED: f64 = pow2(-96);
export const NOISE: f64 = pow2(-60);
export const RETURNED: f64 = pow2(-40);
export const KANTOROVICH: f64 = pow2(-8);
export const ROUNDING: f64 = pow2(-104);
export const VANISHING: f64 = 64.0;
export const NOTICEABLE: f64 = pow2(-98);
export const ACCURATE: f64 = pow2(-84);
export const MAX_IMPROVEMENTS: i32 = 2;

export const LN2_HIGH: f64 = 0.6931471803691238;
export const LN2_LOW: f64 = 1.9082149292705877e-10;
export const LOG2_E: f64 = 1.4426950408889634;
export const SQRT_2: f64 = 1.4142135623730951;
export const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
