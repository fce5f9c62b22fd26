import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequestText } from '../../src/zoom/request-text.js';
import { checkRequest, LIMITS, requestJsonSchema } from '../../src/zoom/request.js';
import { RequestError } from '../../src/zoom/request-error.js';

const DOCUMENT =
  '{START: [0.29340, -1.3941], ZOOM: "8x", NUM_FRAMES: 128, FPS: 20, THEME: "Galaxy", FORMAT: "mp4"}';

/** What is wrong with a request, a line a fault. */
function faultsOf(text: string): readonly string[] {
  try {
    checkRequest(parseRequestText(text));
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.faults;
    throw error;
  }
}

/** The least request, and more. */
function request(more: string): string {
  return `{START: [0, 0], ZOOM: 8, NUM_FRAMES: 1, FPS: 1, ${more}}`;
}

describe('a request', () => {
  it('is read as the document draws it', () => {
    expect(checkRequest(parseRequestText(DOCUMENT))).toEqual({
      START: ['0.29340', '-1.3941'],
      ZOOM: 3,
      NUM_FRAMES: 128,
      FPS: 20,
      THEME: 'Galaxy',
      FORMAT: 'mp4',
      RADIUS: '2',
      SIZE: '1280x720',
      SUPERSAMPLE: 2,
      EASE: 'linear',
      ROTATE: 0,
      STOPS: [],
    });
  });

  it('keeps every digit that was written, in numbers as in texts', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^-?[0-7]\.\d{1,60}$/),
        fc.stringMatching(/^-?[0-7]\.\d{1,60}$/),
        (re, im) => {
          const text = `{START: [${re}, "${im}"], ZOOM: "2x", NUM_FRAMES: 2, FPS: 2, /* 1.50 */ // 2.50\n}`;
          expect(checkRequest(parseRequestText(text)).START).toEqual([re, im]);
        },
      ),
    );
  });

  it('leaves texts, names and comments with digits in them alone', () => {
    const text = `{'a1': "x 1.50 'y' \\" 2", b2: 'c 3 \\' 4' /* 5 */, $c3: [1e5, .5, +7, -0x10]} // 6`;
    expect(() => parseRequestText(text)).toThrow(SyntaxError); // -0x10 is no decimal
    expect(parseRequestText(text.replace(', -0x10', ''))).toEqual({
      a1: `x 1.50 'y' " 2`,
      b2: "c 3 ' 4",
      $c3: ['1e5', '.5', '+7'],
    });
  });

  it.each([
    ['"8x"', 3],
    ['8', 3],
    ['"2^60"', 60],
    ['"2^0.5"', 0.5],
    ['"1e50x"', 50 * Math.log2(10)],
    ['"1x"', 0],
    ['"1e6000x"', 6000 * Math.log2(10)],
  ])('takes ZOOM %s', (zoom, octaves) => {
    const { ZOOM } = checkRequest(parseRequestText(request('').replace('ZOOM: 8', `ZOOM: ${zoom}`)));
    expect(ZOOM).toBeCloseTo(octaves, 9);
  });

  it.each([
    '"0x"',
    '"-2x"',
    '"0.5x"',
    '"x"',
    '""',
    '"big"',
    '"1e999999x"',
    '"2^20001"',
    '"NaN"',
    '[8]',
    'null',
  ])('does not take ZOOM %s', (zoom) => {
    expect(faultsOf(request('').replace('ZOOM: 8', `ZOOM: ${zoom}`)).join()).toMatch(/^ZOOM: .*expected/);
  });

  it('names all faults at once, each with its field', () => {
    const faults = faultsOf(
      '{START: ["a"], ZOOM: "big", NUM_FRAMES: -1.5, FPS: 0, THEME: "galaxy", FORMAT: "avi", SIZE: "1281x720", FOO: 1, STOPS: [{}], RADIUS: -2, EASE: 5, ROTATE: "x", SUPERSAMPLE: 9}',
    );
    const fields = faults.map((fault) => fault.split(/[.:]/)[0]);
    expect(new Set(fields)).toEqual(
      new Set([
        'START',
        'ZOOM',
        'NUM_FRAMES',
        'FPS',
        'THEME',
        'FORMAT',
        'SIZE',
        'FOO',
        'STOPS',
        'RADIUS',
        'EASE',
        'ROTATE',
        'SUPERSAMPLE',
      ]),
    );
    for (const fault of faults) expect(fault).toContain('expected');
  });

  it.each(['{}', '[]', '5', 'null', '"text"'])('says what is missing in %s', (text) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    if (text === '{}')
      expect(faults.map((fault) => fault.split(':')[0])).toEqual(['START', 'ZOOM', 'NUM_FRAMES', 'FPS']);
  });

  it.each(['', '{', '{START: }', '{"a": 1', 'x'.repeat(2_000_000)])('that is no JSON5 is told so', (text) => {
    expect(() => parseRequestText(text)).toThrow(SyntaxError);
  });

  it('does not take a prototype for a field', () => {
    expect(faultsOf(request('"__proto__": {THEME: "Ink"}, constructor: 1')).join()).toContain('constructor');
  });

  it('has a published schema with its limits', () => {
    const schema = JSON.stringify(requestJsonSchema());
    expect(schema).toContain(String(LIMITS.frames));
    expect(schema).toContain('Galaxy');
  });
});
