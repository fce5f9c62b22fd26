import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_SHIFT, FilmColours, kindOf, TABLE_STEPS } from '../../src/image/film-colours.js';
import { toByte } from '../../src/image/oklab.js';
import { levelOf, positionOf, type Address } from '../../src/tile/address.js';
import { createSamples } from '../../src/tile/samples.js';
import { filmTile, type FilmTile } from '../../src/zoom/film-tile.js';
import { paintFrame } from '../../src/zoom/frame-painter.js';
import type { Frame } from '../../src/zoom/path.js';
import { tilesOf } from '../../src/zoom/plan.js';

const BITS = 64;

/** The period and distance code of a sample of an invented set: waves, one of three kinds. */
function sampleAt(level: number, column: number, row: number): { period: number; code: number } {
  const x = column * 2 ** -level;
  const y = row * 2 ** -level;
  const wave = Math.sin(x / 7) + Math.cos(y / 5);
  const period = wave > 0.8 ? 3 : wave < -1.2 ? -2 : 0;
  return { period, code: Math.floor(900 * Math.sin(x / 9 + y / 11)) };
}

/** The tile of it. */
function tileOf(address: Address, isFlat: boolean): FilmTile {
  const { level, x, y } = positionOf(address);
  const samples = createSamples();
  for (let i = 0; i < 257 * 257; i++) {
    const column = Number(x) * 256 + (i % 257);
    const row = Number(y) * 256 + 256 - Math.floor(i / 257);
    const { period, code } = sampleAt(level, column, row);
    samples.period[i] = period;
    samples.log2Distance[i] = period === -2 ? -32_768 : code;
  }
  return filmTile(samples, isFlat);
}

/** What a pixel should be: each level's four samples around it, found by plain numbers. */
function slowPixel(
  frame: Frame,
  supersample: number,
  colours: FilmColours,
  column: number,
  row: number,
): number[] {
  const sum = [0, 0, 0];
  const spacing = 2 ** frame.log2Spacing / supersample;
  const exact = -Math.log2(spacing) - 5;
  const fine = Math.max(0, Math.ceil(exact));
  const share = fine === 0 ? 1 : exact - fine + 1;
  for (let sub = 0; sub < supersample ** 2; sub++) {
    const right = (column + ((sub % supersample) + 0.5) / supersample - frame.width / 2) * supersample;
    const up = (frame.height / 2 - row - (Math.floor(sub / supersample) + 0.5) / supersample) * supersample;
    const re =
      Number(frame.re) / 2 ** BITS + spacing * (right * Math.cos(frame.angle) + up * Math.sin(frame.angle));
    const im =
      Number(frame.im) / 2 ** BITS + spacing * (up * Math.cos(frame.angle) - right * Math.sin(frame.angle));
    for (const [level, weight] of [
      [fine, share],
      [fine - 1, 1 - share],
    ] as const) {
      if (weight === 0) continue;
      const table = colours.table(-(5 + level) - Math.log2(spacing), -(5 + level));
      const x = (re + 4) * 2 ** (5 + level);
      const y = Math.abs(im) * 2 ** (5 + level);
      const [ix, iy] = [Math.floor(x), Math.floor(y)];
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const { period, code } = sampleAt(level, ix + dx, iy + dy);
        const place =
          kindOf(period) * TABLE_STEPS + (((period === -2 ? -32_768 : code) + 32_768) >> CODE_SHIFT);
        const part = weight * (dx ? x - ix : 1 - x + ix) * (dy ? y - iy : 1 - y + iy);
        for (let channel = 0; channel < 3; channel++) sum[channel] += part * table[3 * place + channel];
      }
    }
  }
  return sum.map((value) => toByte(value / supersample ** 2));
}

const frames = fc.record({
  re: fc.double({ min: -2.4, max: 2.4, noNaN: true }),
  im: fc.double({ min: -2, max: 2, noNaN: true }),
  log2Spacing: fc.double({ min: -11, max: -4.2, noNaN: true }),
  angle: fc.constantFrom(0, 0, 0.3, 2, -1),
});

describe('a painted frame', () => {
  it.each([
    ['Galaxy', 1],
    ['Nebula', 1],
    ['Ink', 2],
  ] as const)('in %s, %d samples a side, is what its samples say, one by one', (theme, supersample) => {
    const colours = new FilmColours(theme);
    fc.assert(
      fc.property(frames, fc.integer(), ({ re, im, log2Spacing, angle }, seed) => {
        const [width, height] = [48, 32];
        const fixed = (value: number): bigint => BigInt(Math.round(value * 2 ** 40)) << BigInt(BITS - 40);
        const frame = { re: fixed(re), im: fixed(im), bits: BITS, log2Spacing, angle, width, height };
        const known = new Map(
          tilesOf(frame, supersample).map((tile) => [tile, tileOf(tile, theme !== 'Nebula')]),
        );
        const pixels = paintFrame(frame, supersample, colours, (address) => {
          const tile = known.get(address);
          expect(tile, `${address} was planned`).toBeDefined();
          return tile ? { address, tile } : null;
        });
        for (let i = 0; i < 25; i++) {
          const at = Math.abs(seed + i * 7919) % (width * height);
          const expected = slowPixel(frame, supersample, colours, at % width, Math.floor(at / width));
          const found = [...pixels.subarray(3 * at, 3 * at + 3)];
          for (let c = 0; c < 3; c++)
            expect(Math.abs(found[c] - expected[c]), `pixel ${at}`).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('shows a boring cell by its ancestor, in the ancestor’s distances', () => {
    // A distance of 2^k spacings everywhere: then every level says the same of the same place.
    const level = 3;
    const uniform = (own: number): FilmTile => {
      const samples = createSamples();
      samples.log2Distance.fill(256 * (12 + own - level));
      return filmTile(samples, false);
    };
    const frame = {
      re: 1n << BigInt(BITS),
      im: 1n << BigInt(BITS - 1),
      bits: BITS,
      log2Spacing: -(5 + level),
      angle: 0,
      width: 32,
      height: 32,
    };
    const colours = new FilmColours('Tide');
    const own = paintFrame(frame, 1, colours, (address) => ({ address, tile: uniform(levelOf(address)) }));
    for (const up of [1, 2, 3]) {
      const shown = paintFrame(frame, 1, colours, (address) => {
        const ancestor = address.slice(0, address.length - up) as Address;
        return { address: ancestor, tile: uniform(levelOf(ancestor)) };
      });
      expect(shown).toEqual(own);
    }
  });

  it.each([
    ['above the axis', 5n << 61n],
    ['on the axis, where cells are mirrored', 0n],
  ])('is the same as a whole and as rows, whatever ancestors show its cells: %s', (_where, im) => {
    const colours = new FilmColours('Galaxy');
    const known = new Map<Address, FilmTile>();
    const paint = (height: number, shift: number): Uint8Array => {
      const frame = {
        re: -(1n << 62n),
        // A spacing that is a power of two, so that rows can be moved without rounding.
        im: im + BigInt(shift) * (1n << BigInt(BITS - 8)),
        bits: BITS,
        log2Spacing: -8,
        angle: 0,
        width: 600,
        height,
      };
      return paintFrame(frame, 2, colours, (address) => {
        const up = Math.min(levelOf(address), address.endsWith('1') ? 2 : address.endsWith('3') ? 1 : 0);
        const shown = address.slice(0, address.length - up) as Address;
        if (!known.has(shown)) known.set(shown, tileOf(shown, true));
        return { address: shown, tile: known.get(shown) as FilmTile };
      });
    };
    const whole = paint(96, 0);
    for (let row = 0; row < 96; row += 2) {
      const start = 3 * 600 * row;
      expect(
        Buffer.compare(paint(2, 47 - row), whole.subarray(start, start + 3 * 600 * 2)),
        `row ${row}`,
      ).toBe(0);
    }
  });

  it('is the far exterior where no tile can be', () => {
    const frame = { re: 6n << 64n, im: 0n, bits: 64, log2Spacing: -6, angle: 0, width: 4, height: 4 };
    expect(tilesOf(frame, 1)).toEqual([]);
    const pixels = paintFrame(frame, 1, new FilmColours('Galaxy'), () => null);
    expect(new Set(pixels).size).toBeLessThanOrEqual(3);
  });

  it('goes from level to level without a jump', () => {
    const colours = new FilmColours('Nebula');
    const at = (log2Spacing: number): Uint8Array => {
      const frame = {
        re: -(1n << 62n),
        im: 1n << 61n,
        bits: BITS,
        log2Spacing,
        angle: 0,
        width: 64,
        height: 64,
      };
      const known = new Map(tilesOf(frame, 1).map((tile) => [tile, tileOf(tile, false)]));
      return paintFrame(frame, 1, colours, (address) => {
        const tile = known.get(address);
        return tile ? { address, tile } : null;
      });
    };
    const difference = (a: Uint8Array, b: Uint8Array): number =>
      a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
    // The same small step within a level, and across a whole one.
    const within = difference(at(-8.5), at(-8.501));
    const across = difference(at(-8.9995), at(-9.0005));
    expect(across).toBeLessThan(3 * within + 0.05);
  });
});
