import * as z from 'zod';
import { SMOOTH_THEME_NAMES, type SmoothThemeName } from '../image/smooth-palette.js';
import { THEME_NAMES, type ThemeName } from '../image/themes.js';
import { parseWhole } from '../math/fixed.js';
import { RequestError } from './request-error.js';
import { FILM_FORMATS, type FilmFormat } from './film/film-format.js';

/** Limits of a request. */
export const LIMITS = {
  frames: 1_000_000,
  fps: 240,
  /** Pixels a side. */
  side: 8192,
  supersample: 4,
  stops: 100,
  /** Halvings of the radius from the root down to the deepest frame. */
  octaves: 20_000,
  turns: 3600,
} as const;

/** How the zoom begins and ends: at one speed, or gently. */
export const EASES = ['linear', 'in', 'out', 'in-out'] as const;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?$/;

const A_DECIMAL = 'expected a decimal number such as -1.3941 or 1e-20';

/** A decimal number of any length, as a text or as a number. */
const decimal = z
  .union([z.string(), z.number()], A_DECIMAL)
  .transform(String)
  .refine((text) => text.length <= 10_000 && DECIMAL.test(text), A_DECIMAL)
  .describe('a decimal number, with as many digits as needed');

const positive = decimal.refine(
  (text) => /[1-9]/.test(text.replace(/e.*/i, '')) && !text.startsWith('-'),
  'expected a number above 0',
);

/** A whole number; requests are read with their digits, so it may come as a text. */
function whole(least: number, most: number): z.ZodType<number> {
  const message = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
}

/** log2 of `8x`, `1e50x`, `2^60` or a plain number. */
const zoom = z
  .union([z.string(), z.number()], 'expected an enlargement such as "8x", "1e50x" or "2^60"')
  .transform((value, context) => {
    const octaves = octavesOf(String(value).trim());
    if (octaves !== null && octaves >= 0 && octaves <= LIMITS.octaves) return octaves;
    context.addIssue({
      code: 'custom',
      message: `expected how much larger the last frame shows things: "8x", "1e50x" or "2^60", from 1x to 2^${LIMITS.octaves}`,
    });
    return z.NEVER;
  })
  .describe('enlargement from the first frame to the last: "8x", "1e50x" or "2^60"');

const point = z.tuple([decimal, decimal], 'expected [real part, imaginary part]');

const stop = z.strictObject({
  AT: point.describe('centre'),
  RADIUS: positive.describe('half of the height of the frame there, units of the plane'),
});

/** A request for a film, as the roadmap's second document draws it. */
const requestSchema = z.strictObject({
  START: point.describe('the point that is zoomed into: [real part, imaginary part]'),
  ZOOM: zoom,
  NUM_FRAMES: whole(1, LIMITS.frames).describe('frames'),
  FPS: z.coerce
    .number('expected frames a second')
    .positive('expected frames a second above 0')
    .max(LIMITS.fps, `expected at most ${LIMITS.fps} frames a second`)
    .describe('frames a second'),
  THEME: z
    .enum(
      [...THEME_NAMES, ...SMOOTH_THEME_NAMES],
      `expected one of ${[...THEME_NAMES, ...SMOOTH_THEME_NAMES].join(', ')}`,
    )
    .default('Classic')
    .describe('colours'),
  FORMAT: z
    .enum(FILM_FORMATS, `expected one of ${FILM_FORMATS.join(', ')}`)
    .default('mp4')
    .describe('format of the film'),
  RADIUS: positive.default('2').describe('half of the height of the first frame, units of the plane'),
  SIZE: z
    .union([
      z.string().regex(/^\d{1,5}x\d{1,5}$/, 'expected a size such as "1280x720"'),
      z
        .tuple([whole(2, LIMITS.side), whole(2, LIMITS.side)])
        .transform(([width, height]) => `${width}x${height}`),
    ])
    .default('1280x720')
    .refine(
      (size) =>
        size
          .split('x')
          .every((side) => Number(side) >= 2 && Number(side) <= LIMITS.side && Number(side) % 2 === 0),
      `expected an even width and height from 2 to ${LIMITS.side}`,
    )
    .describe('width and height in pixels, both even'),
  SUPERSAMPLE: whole(1, LIMITS.supersample).default(2).describe('samples a side of each pixel'),
  EASE: z
    .enum(EASES, `expected one of ${EASES.join(', ')}`)
    .default('linear')
    .describe('how the zoom begins and ends'),
  ROTATE: z.coerce
    .number('expected degrees')
    .min(-LIMITS.turns)
    .max(LIMITS.turns)
    .default(0)
    .describe('degrees by which the last frame is turned, anticlockwise'),
  STOPS: z
    .array(stop)
    .max(LIMITS.stops, `expected at most ${LIMITS.stops} stops`)
    .default([])
    .describe('places to pass through before the zoom into START'),
});

/** A request that was found good. */
export interface ZoomRequest {
  /** Centre of the last frame: real and imaginary part, decimal numbers. */
  readonly START: readonly [string, string];
  /** log2 of the enlargement. */
  readonly ZOOM: number;
  readonly NUM_FRAMES: number;
  readonly FPS: number;
  readonly THEME: ThemeName | SmoothThemeName;
  readonly FORMAT: FilmFormat;
  /** Half of the first frame's height, units of the plane, a decimal number. */
  readonly RADIUS: string;
  /** Such as 1280x720. */
  readonly SIZE: string;
  readonly SUPERSAMPLE: number;
  readonly EASE: (typeof EASES)[number];
  /** Degrees, anticlockwise. */
  readonly ROTATE: number;
  readonly STOPS: readonly { readonly AT: readonly [string, string]; readonly RADIUS: string }[];
}

/** The schema of a request, as JSON Schema. */
export function requestJsonSchema(): object {
  return z.toJSONSchema(requestSchema, { io: 'input' });
}

/**
 * Checks a request.
 *
 * @throws RequestError that names every fault
 */
export function checkRequest(value: unknown): ZoomRequest {
  const result = requestSchema.safeParse(value);
  if (result.success) return result.data;
  throw new RequestError(result.error.issues.flatMap((issue) => describeIssue(issue, value)));
}

function describeIssue(issue: z.core.$ZodIssue, request: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(requestSchema.shape).join(', ');
    return issue.keys.map(
      (key) => `${[...issue.path, key].join('.').slice(0, 60)}: not known; expected ${known}`,
    );
  }
  const where = issue.path.join('.') || 'the request';
  const isMissing = issue.path.length === 1 && !Object.hasOwn(Object(request) as object, issue.path[0]);
  const message = issue.message.startsWith('expected')
    ? issue.message
    : `expected something else (${issue.message})`;
  return [`${where}: ${isMissing ? 'missing; ' : ''}${message}`];
}

/** log2 of an enlargement; null for what is none. */
function octavesOf(text: string): number | null {
  const power = /^2\^(\d{1,6}(\.\d{1,12})?)x?$/.exec(text);
  if (power) return Number(power[1]);
  const factor = text.replace(/x$/i, '');
  // An exponent beyond five digits is beyond any zoom.
  if (
    !DECIMAL.test(factor) ||
    factor.length > 10_000 ||
    factor.startsWith('-') ||
    /e[+-]?\d{5}/i.test(factor)
  )
    return null;
  const { value, bits } = parseWhole(factor, 'ZOOM');
  if (value <= 0n) return null;
  const digits = value.toString(16).length * 4;
  const dropped = Math.max(0, digits - 60);
  return Math.log2(Number(value >> BigInt(dropped))) + dropped - bits;
}
