import { describe, expect, it } from 'vitest';
import { mandeld } from './support/command-line.js';

/** A point, what it is, and its period. */
const POINTS: [string, string, string, number][] = [
  ['-0.1', '0.1', 'interior', 1],
  ['-1', '0.001', 'interior', 2],
  ['-0.12', '0.74', 'interior', 3],
  ['-0.12', '-0.74', 'interior', 3],
  ['1', '1', 'exterior', 0],
  ['16', '16', 'exterior', 0],
  ['-16', '-16', 'exterior', 0],
  ['0.26', '1e-300', 'exterior', 0],
  ['0', '0', 'dummy', -1],
  ['-2', '0', 'dummy', -1],
  ['0', '1', 'dummy', -1],
  ['0', '-1', 'dummy', -1],
  ['-0', '1.0', 'dummy', -1],
  ['.5', '+.5', 'exterior', 0],
  ['-1e-1', '1E-1', 'interior', 1],
];

describe('point', () => {
  it.each(POINTS)('%s %s is %s of period %s', async (re, im, kind, period) => {
    const { code, out, err } = await mandeld('point', re, im, '--json');
    expect(err).toBe('');
    expect(code).toBe(0);
    const report = JSON.parse(out) as { kind: string; period: number; distance: string | null };
    expect(report).toMatchObject({ kind, period });
    expect(Object.keys(report)).toEqual(['kind', 'period', 'distance']);
    if (kind === 'dummy') expect(report.distance).toBeNull();
    else expect(Number(report.distance)).toBeGreaterThan(0);
    const words = await mandeld('point', re, im);
    expect(words.out).toMatch(new RegExp(`^${kind}[^\n]*\n$`));
  });

  it('gives both estimates within a factor of four of the true distance', async () => {
    const at = async (re: string, im: string): Promise<number> =>
      Number((JSON.parse((await mandeld('point', re, im, '--json')).out) as { distance: string }).distance);
    // Next to the real axis west of -2 the nearest point is -2; at the centre of the disc of period 2 all are 1/4 away.
    for (const [got, true_] of [
      [await at('-3', '1e-9'), 1],
      [await at('-1', '1e-9'), 0.25],
    ]) {
      expect(got / 4).toBeLessThanOrEqual(true_);
      expect(got).toBeGreaterThanOrEqual(true_ * (1 - 1e-9));
    }
  });

  it('is as symmetric as the set', async () => {
    for (const [re, im] of [
      ['0.3', '0.5'],
      ['-0.75', '0.1'],
      ['-1.25', '0.02'],
    ]) {
      expect((await mandeld('point', re, `-${im}`)).out).toBe((await mandeld('point', re, im)).out);
    }
  });

  it.each(['', ' ', 'x', '1,5', '0x10', 'NaN', 'Infinity', '1e', '1e400', '17', '-17', '1_0', '1 2', '--1'])(
    'does not take %j for a coordinate',
    async (text) => {
      for (const args of [
        [text, '0.5'],
        ['0.5', text],
      ]) {
        const { code, out, err } = await mandeld('point', ...args);
        expect(out, args.join(' ')).toBe('');
        expect(code, err).toBe(2);
        expect(err).toMatch(/^mandeld: [^\n]+\n$/);
      }
    },
  );

  it('takes all the digits that are given', async () => {
    const { out } = await mandeld(
      'point',
      '-0.743643887037158704752191506114774',
      '0.131825904205311970493132056385139',
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ kind: 'exterior', period: 0 });
  });

  it('resolves nothing at a parabolic point', async () => {
    expect((await mandeld('point', '0.25', '0.5', '--json')).out).toContain('"unresolved"');
  });
});

describe('a point with many digits', () => {
  it.each([
    ['-1.7598171308048479165828760533255', '-0.0125933107997496573193886668543', 252, 4.125165805827e-20],
    [
      '-0.04947002906310409375169222672735363011874571248822490822377490408258110',
      '-0.67478757584467536401139205313059765633477070682240346301927610994511040',
      86614,
      1.803368944106e-60,
    ],
  ])('%s is a nucleus', async (re, im, period, size) => {
    const report = JSON.parse((await mandeld('point', re, im, '--json')).out) as { distance: string };
    expect(report).toMatchObject({ kind: 'interior', period });
    expect(Math.abs(Number(report.distance) / (size / 2) - 1)).toBeLessThan(1e-6);
  });

  it('says the same with any neighbourhood, and of a point that doubles hold', async () => {
    for (const radius of ['1e-3', '1e-10', '1e-30']) {
      const { out } = await mandeld('point', '-0.12', '0.74', '--radius', radius, '--json');
      const report = JSON.parse(out) as { distance: string };
      expect(report).toMatchObject({ kind: 'interior', period: 3 });
      expect(Number(report.distance)).toBeCloseTo(0.0941034399919991, 9);
    }
  });

  it.each(['0', '-1', 'NaN', '17', '1e-99999'])('refuses --radius %s', async (radius) => {
    const { code, err } = await mandeld('point', '-0.12', '0.74', '--radius', radius);
    expect(code).toBe(2);
    expect(err).toMatch(/--radius/);
  });
});
