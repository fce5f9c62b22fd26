import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/tile/format-error.js';
import { MAX_RAW_BYTES } from '../../src/tile/raw.js';
import {
  decodeResult,
  encodeResult,
  MAX_RESULT_BYTES,
  type ResultChild,
} from '../../src/wire/result-codec.js';

const child: fc.Arbitrary<ResultChild> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((raw) => ({ raw })),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((boring) => ({ boring })),
);
const four = fc.array(child, { minLength: 4, maxLength: 4 });

const GOOD: ResultChild[] = [
  { raw: Buffer.from('{"\n') },
  { boring: 0 },
  { raw: Buffer.from([10, 10]) },
  { boring: 3 },
];

/** An upload with another first line. */
function withLine(line: string, body = '{"\n\n\n'): Uint8Array {
  return Buffer.concat([Buffer.from(`${line}\n`, 'latin1'), Buffer.from(body, 'latin1')]);
}

describe('an upload', () => {
  it('is a line of JSON and the raw files behind it', () => {
    const line = '{"children":[{"raw":3},{"boring":0},{"raw":2},{"boring":3}]}';
    expect(Buffer.from(encodeResult(GOOD)).toString('latin1')).toBe(`${line}\n{"\n\n\n`);
    expect(decodeResult(withLine(line))).toEqual(GOOD);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(four, (children) => {
        const found = decodeResult(encodeResult(children));
        expect(found.map((one) => ('raw' in one ? { raw: Uint8Array.from(one.raw) } : one))).toEqual(
          children,
        );
      }),
    );
  });

  it('of the largest children has room', () => {
    const largest = encodeResult(Array.from({ length: 4 }, () => ({ raw: new Uint8Array(MAX_RAW_BYTES) })));
    expect(largest.length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    expect(decodeResult(largest)).toHaveLength(4);
    const periods = Array.from({ length: 4 }, () => ({ boring: 2 ** 31 - 1 }));
    expect(decodeResult(encodeResult(periods))).toEqual(periods);
  });

  it('that is read is the only one of its children: nothing else could be written for them', () => {
    fc.assert(
      fc.property(four, fc.nat(), fc.nat({ max: 255 }), (children, at, byte) => {
        const bytes = Buffer.from(encodeResult(children));
        bytes[at % bytes.length] = byte;
        let found: ResultChild[];
        try {
          found = decodeResult(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        expect(Buffer.from(encodeResult(found)).equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('that was cut off anywhere, or has more behind it, is refused', () => {
    const bytes = encodeResult(GOOD);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeResult(bytes.subarray(0, length)), `${length}`).toThrow(FormatError);
    expect(() => decodeResult(Buffer.concat([bytes, Buffer.from('x')]))).toThrow(/expected 66 bytes/);
  });

  const four0 = '{"boring":0},{"boring":0},{"boring":0}';
  it.each([
    ['no JSON', 'children'],
    ['null', 'null'],
    ['no object', '[]'],
    ['no children', '{}'],
    ['children that are no list', '{"children":{"length":4}}'],
    ['three children', `{"children":[${four0}]}`],
    ['five children', `{"children":[${four0},{"boring":0},{"boring":0}]}`],
    ['a child that is null', `{"children":[${four0},null]}`],
    ['a child that is nothing', `{"children":[${four0},{}]}`],
    ['a child that is both', `{"children":[${four0},{"raw":6,"boring":0}]}`],
    ['an empty file', `{"children":[${four0},{"raw":0}]}`],
    ['a negative file', `{"children":[${four0},{"raw":-1}]}`],
    ['half a byte', `{"children":[${four0},{"raw":0.5}]}`],
    ['a text', `{"children":[${four0},{"raw":"6"}]}`],
    ['a file that is too large', `{"children":[${four0},{"raw":${MAX_RAW_BYTES + 1}}]}`],
    ['a period that is too large', `{"children":[${four0},{"boring":2147483648}]}`],
    ['a number beyond all', `{"children":[${four0},{"boring":1e999}]}`],
    ['minus nothing', `{"children":[${four0},{"boring":-0}]}`],
    ['another way to write a number', `{"children":[${four0},{"boring":1e1}]}`],
    ['spaces', `{"children": [${four0},{"boring":0}]}`],
    ['a carriage return', `{"children":[${four0},{"boring":0}]}\r`],
    ['a key twice', `{"children":[],"children":[${four0},{"boring":0}]}`],
    ['more keys', `{"children":[${four0},{"boring":0}],"x":1}`],
    ['more keys of a child', `{"children":[${four0},{"boring":0,"x":1}]}`],
    ['a key that is not what it seems', `{"children":[${four0},{"boring":0,"__proto__":{}}]}`],
    ['escapes', `{"\\u0063hildren":[${four0},{"boring":0}]}`],
    ['a line that is too long', `${' '.repeat(300)}{"children":[${four0},{"boring":0}]}`],
  ])('with %s in its first line is refused, in a line', (_what, line) => {
    for (const body of ['', '{"\n\n\n']) {
      let message = '';
      try {
        decodeResult(withLine(line, body));
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        ({ message } = error as FormatError);
      }
      expect(message).toMatch(/^expected .{1,500}$/);
    }
  });

  it('is refused with a message that a terminal may show', () => {
    const evil = withLine('\u001B[2J\u0007');
    expect(() => decodeResult(evil)).toThrow(/^expected a line of JSON, got "\\u001b\[2J\\u0007"$/);
  });
});
