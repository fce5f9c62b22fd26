import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  FIRST_BORING_EXTERIOR,
  FIRST_BORING_STEP,
  INTERIOR_STEPS,
  interiorIndex,
  paletteIndex,
  PERIOD_CLASSES,
} from '../../src/image/palette-index.js';
import { makeFlatPalette, paletteOf } from '../../src/image/palette.js';
import { isThemeName, THEME_NAMES, themeOf, type ThemeName } from '../../src/image/themes.js';
import { labDistance, labOfIndex } from './support/colour.js';

/** SHA-256 of each palette. A change of a colour is a change of a line here, by hand. */
const PALETTES: Record<ThemeName, string> = {
  Classic: 'c24608aa000517c321532ea2c16a6dd0b33f590ff4cac3f8048c4ec2db721373',
  Galaxy: '7ac96ba2f12264bea58252d02c648fcd6bdc2f1b4be24ee5624eff011b23063a',
  Ember: '4c5c5afcd80c74a1300beaf7660aa1cd4df087bcb97db44c2122ffb2ed0d269a',
  Glacier: 'cb1bcb05fb4da6a566a41c9c82bb3dded7243c8e30e6dc193052ff9eaf66db3b',
  Aurora: '1cb1650acea32a2f6af10e713fbcf32e482fab967fd88e650a6ef52eb8bb8e85',
  Ink: '9bf2b648ec158770ed3aaca3586dc459619b4792cb1657c6f3cb2b6c85f9b521',
};

/** Most that neighbouring exterior indices may differ. A step is an eighth of an octave: a fraction of a pixel. */
const EXTERIOR_STEP = 0.04;
/** The same for the interior, where a step is half an octave. */
const INTERIOR_STEP = 0.12;
/** Least that two of the large, flat colours of a theme must differ. */
const DISTINCT = 0.06;

function colourOf(palette: Uint8Array, index: number): string {
  return palette.subarray(3 * index, 3 * index + 3).join(' ');
}

describe('theme names', () => {
  it('are told from other texts', () => {
    expect(THEME_NAMES[0]).toBe('Classic');
    for (const name of THEME_NAMES) expect(isThemeName(name)).toBe(true);
    for (const text of ['', 'classic', 'Classic ', 'toString', '__proto__', 'P0']) {
      expect(isThemeName(text)).toBe(false);
    }
  });
});

describe('a palette of the flat family', () => {
  it('is flat for boring indices even if the stops go on beyond them', () => {
    const classic = themeOf('Classic');
    const palette = makeFlatPalette({
      ...classic,
      exterior: [...classic.exterior, [9, [0.9, 0, 0]]],
      rimShare: [
        [-2, 1],
        [6, 0.5],
      ],
    });
    for (let index = FIRST_BORING_EXTERIOR; index < 128; index++)
      expect(colourOf(palette, index)).toBe('222 222 222');
    for (let step = FIRST_BORING_STEP; step < INTERIOR_STEPS; step++) {
      expect(colourOf(palette, interiorIndex(0, step))).toBe(
        colourOf(paletteOf('Classic'), interiorIndex(0, 15)),
      );
    }
  });
});

describe.each(THEME_NAMES)('theme %s', (name) => {
  const palette = paletteOf(name);
  const lab = (index: number): [number, number, number] => labOfIndex(palette, index);

  it('has the palette that it had', () => {
    expect(createHash('sha256').update(palette).digest('hex')).toBe(PALETTES[name]);
  });

  it('is made once, and the same when made again', () => {
    expect(palette).toHaveLength(768);
    expect(paletteOf(name)).toBe(palette);
    expect(makeFlatPalette(themeOf(name))).toEqual(palette);
  });

  it('has stops that ascend and end in the flat colour at 2 octaves at the latest', () => {
    const { exterior, rimShare } = themeOf(name);
    for (const octaves of [exterior.map(([octave]) => octave), rimShare.map(([octave]) => octave)]) {
      expect(octaves).toEqual([...new Set(octaves)].toSorted((a, b) => a - b));
      expect(octaves[octaves.length - 1]).toBeLessThanOrEqual(2);
    }
    expect(rimShare[rimShare.length - 1][1]).toBe(0);
  });

  it('has one colour for all boring indices of a kind, which the gradient runs up to', () => {
    for (let index = FIRST_BORING_EXTERIOR; index < 128; index++) {
      expect(colourOf(palette, index)).toBe(colourOf(palette, 127));
    }
    expect(colourOf(palette, 47)).not.toBe(colourOf(palette, 127));
    for (let classNumber = 0; classNumber < PERIOD_CLASSES; classNumber++) {
      const flat = colourOf(palette, interiorIndex(classNumber, 15));
      for (let step = FIRST_BORING_STEP; step < INTERIOR_STEPS; step++) {
        expect(colourOf(palette, interiorIndex(classNumber, step))).toBe(flat);
      }
      expect(colourOf(palette, interiorIndex(classNumber, 0))).not.toBe(flat);
    }
  });

  it('has the flat colour for every boring distance of every class', () => {
    for (const period of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 1000003, 2147483647]) {
      const flat = colourOf(palette, paletteIndex(period, 32766));
      for (let code = 513; code <= 32766; code++) {
        const colour = colourOf(palette, paletteIndex(period, code));
        if (colour !== flat) expect.fail(`period ${period}, code ${code}: ${colour}, not ${flat}`);
      }
    }
  });

  it('has no visible bands', () => {
    let largest = 0;
    for (let index = 0; index < 127; index++)
      largest = Math.max(largest, labDistance(lab(index), lab(index + 1)));
    expect(largest).toBeLessThan(EXTERIOR_STEP);
    for (let index = 128; index < 255; index++) {
      if (index % 16 === 15) continue;
      expect(labDistance(lab(index), lab(index + 1))).toBeLessThan(INTERIOR_STEP);
    }
  });

  it('tells the exterior and the eight classes apart', () => {
    const flat = [127, ...Array.from({ length: PERIOD_CLASSES }, (_, k) => interiorIndex(k, 15))];
    flat.forEach((one, at) => {
      for (const other of flat.slice(at + 1)) {
        const distance = labDistance(lab(one), lab(other));
        if (!(distance > DISTINCT)) expect.fail(`${one} and ${other} differ by ${distance.toFixed(3)} only`);
      }
    });
  });

  it('sets filaments off from the exterior', () => {
    expect(Math.abs(lab(0)[0] - lab(127)[0])).toBeGreaterThan(0.5);
  });
});
