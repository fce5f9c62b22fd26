import { readFileSync } from 'node:fs';
import type { DeepPoint } from './deep-oracle.js';

/** A published view: a square around a point, whose half-height is h = 2/zoom. Decimal numbers, as published. */
export interface DeepView {
  readonly name: string;
  readonly re: string;
  readonly im: string;
  readonly zoom: string;
}

/** A view with the nucleus it was aimed at. */
export interface AimedView extends DeepView {
  readonly period: number;
  readonly nucleusRe: string;
  readonly nucleusIm: string;
  /** |size| of the nucleus' component, units of the plane. */
  readonly size: string;
}

/**
 * The oracle's answers on some points of a view, one per index of the arrays; test/vectors/make-deep.ts writes them to
 * test/vectors/deep/<name>.json.
 */
export interface DeepAnswers extends DeepView {
  /** Binary places of the calculation. */
  readonly bits: number;
  readonly seed: number;
  /** Iterations after which a point was left unresolved. */
  readonly budget: number;
  /** Columns and rows of the samples, 0..256. */
  readonly i: number[];
  readonly j: number[];
  /** 0 exterior, -2 unresolved. */
  readonly period: number[];
  /** log2(distance / h), rounded to 1e-9; 0 when unresolved. */
  readonly log2Distance: number[];
  /** The first n with |z_n| > 2^20; the budget when unresolved. */
  readonly n: number[];
}

/** The grid of samples has 2 HALF_GRID + 1 columns and rows, from edge to edge of the view. */
export const HALF_GRID = 128;

const VECTORS = new URL('../vectors/', import.meta.url);

/** The four views whose answers are stored. */
export function deepViews(): AimedView[] {
  return (JSON.parse(readFileSync(new URL('deep-views.json', VECTORS), 'utf8')) as { views: AimedView[] })
    .views;
}

/** Where the answers on a view are. */
export function answersFile(view: string): URL {
  return new URL(`deep/${view}.json`, VECTORS);
}

export function deepAnswers(view: string): DeepAnswers {
  return JSON.parse(readFileSync(answersFile(view), 'utf8')) as DeepAnswers;
}

/** A decimal number such as -1.25 or 5.00E227 as numerator / denominator. */
function rational(text: string): [numerator: bigint, denominator: bigint] {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new RangeError(`expected a decimal number, got ${text}`);
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const digits = BigInt(sign + whole + fraction);
  const power = Number(exponent) - fraction.length;
  return power < 0 ? [digits, 10n ** BigInt(-power)] : [digits * 10n ** BigInt(power), 1n];
}

/** numerator / denominator to the nearest whole number, halves up; denominator > 0. */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const twice = 2n * numerator + denominator;
  const quotient = twice / (2n * denominator);
  return twice < 0n && quotient * 2n * denominator !== twice ? quotient - 1n : quotient;
}

/** A decimal number in units of 2^-bits, rounded to the nearest. */
export function fixedPoint(text: string, bits: number): bigint {
  const [numerator, denominator] = rational(text);
  return nearest(numerator << BigInt(bits), denominator);
}

/** log2 of a positive decimal number, also of one that no double holds. */
export function log2Decimal(text: string): number {
  const [mantissa, exponent = '0'] = text.split(/e/i);
  return Math.log2(Number(mantissa)) + Number(exponent) * Math.log2(10);
}

/** log2 of h, the half-height of a view. */
export function log2HalfHeight(view: DeepView): number {
  return 1 - log2Decimal(view.zoom);
}

/**
 * Binary places for a view: log2(zoom) + 128 or a few more, so that numbers below 4 fill whole words of 64 bits. Samples
 * at 2^-64 h of the set occur, and 128 places leave them 44 after the 2^20 roundings of a long orbit.
 */
export function deepBits(view: DeepView): number {
  return 64 * Math.ceil((Math.ceil(log2Decimal(view.zoom)) + 128 + 2) / 64) - 2;
}

/**
 * The sample in column i and row j, counted from the upper left corner: (re + (i-128) h/128, im + (128-j) h/128). The
 * centre and h/128 = 1/(64 zoom) are each rounded to the last place; what follows is exact.
 */
export function deepSample(view: DeepView, bits: number, i: number, j: number): DeepPoint {
  const [numerator, denominator] = rational(view.zoom);
  const spacing = nearest(denominator << BigInt(bits), 64n * numerator);
  return {
    re: fixedPoint(view.re, bits) + BigInt(i - HALF_GRID) * spacing,
    im: fixedPoint(view.im, bits) + BigInt(HALF_GRID - j) * spacing,
    bits,
  };
}
