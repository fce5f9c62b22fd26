import * as z from 'zod';
import { SMOOTH_THEME_NAMES } from '../../image/smooth-palette.js';
import { THEME_NAMES } from '../../image/themes.js';
import { isDecimal } from '../../math/decimal.js';

/** Digits of a view: some hundred levels more than any map has gone. */
const MAX_DIGITS = 2000;

/** A coordinate. An exponent of many digits would make a number of a million digits out of ten characters. */
export const decimal: z.ZodType<string> = z
  .string()
  .refine(
    (text) => isDecimal(text) && text.length <= MAX_DIGITS && !/e[+-]?\d{5}/i.test(text),
    `expected a decimal number of at most ${MAX_DIGITS} digits, with an exponent of at most four digits`,
  );

/** The radius of a view. */
export const positive: z.ZodType<string> = decimal.refine(
  (text) => /[1-9]/.test(text.replace(/e.*/i, '')) && !text.startsWith('-'),
  {
    message: 'expected a number above 0',
  },
);

/** A text without control characters, and without spaces at its ends. */
const line = (least: number, most: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(least)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected one line of text');

/** A link that a browser may follow. */
const link = z.strictObject({
  label: line(1, 100),
  url: z
    .string()
    .max(500)
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      'expected http:// or https://',
    ),
});

/** What somebody says of a place. */
export interface PlaceText {
  readonly title: string;
  readonly text: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** The view: its centre and half of its height, decimal numbers. */
  readonly re: string;
  readonly im: string;
  readonly radius: string;
  readonly theme: string;
  readonly tags: readonly string[];
}

export const placeText: z.ZodType<PlaceText> = z.strictObject({
  title: line(3, 120),
  text: z
    .string()
    .trim()
    .max(5000)
    .regex(/^[^\p{Cs}\u0000-\u0008\u000b-\u001f\u007f]*$/u, 'expected text'),
  links: z.array(link).max(10),
  re: decimal.describe('of the centre, as a decimal number'),
  im: decimal,
  radius: positive.describe('half of the height'),
  theme: z.enum([...THEME_NAMES, ...SMOOTH_THEME_NAMES] as [string, ...string[]]),
  tags: z
    .array(z.string().regex(/^[a-z0-9-]{2,30}$/, 'expected 2 to 30 small letters, digits and hyphens'))
    .max(10)
    .transform((tags) => [...new Set(tags)]),
});

/** A comment. */
export const commentText: z.ZodType<{ readonly text: string }> = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .regex(/^[^\p{Cs}\u0000-\u0008\u000b-\u001f\u007f]*$/u, 'expected text'),
});

/** Why something should not stand there. */
export const flagText: z.ZodType<{ readonly reason: string }> = z.strictObject({ reason: line(3, 500) });
