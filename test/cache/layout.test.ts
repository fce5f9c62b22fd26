import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Layout } from '../../src/cache/layout.js';
import { parseAddress } from '../../src/tile/address.js';
import { unfoldAddress } from '../../src/tile/folding.js';
import { addresses } from '../support/tiles.js';

const layout = new Layout('/mnt/mandel', 'png');
const deep = parseAddress(`M${'0123'.repeat(75)}`);
const first = `M${'0123'.repeat(30)}`;
const next = '0123'.repeat(30);
const rest = '0123'.repeat(15);

describe('paths in a cache', () => {
  it.each([
    [layout.todo(parseAddress('M')), '/mnt/mandel/todo/M.raw'],
    [layout.done(parseAddress('M021')), '/mnt/mandel/done/M021.raw'],
    [layout.tile(parseAddress('M3')), '/mnt/mandel/tile/M3.png'],
    [layout.tile({ period: 12 }), '/mnt/mandel/tile/P12.png'],
    [new Layout('/mnt/mandel', 'jpg').tile(parseAddress('M3')), '/mnt/mandel/tile/M3.jpg'],
    [layout.boring, '/mnt/mandel/boring.txt'],
    [layout.heldLock, '/mnt/mandel/lock/held'],
    [layout.clock('a'), '/mnt/mandel/work/.clock-a'],
    [Layout.settingsOf('/mnt/mandel'), '/mnt/mandel/cache.json'],
    [layout.work('a').status, '/mnt/mandel/work/a/status.json'],
    [layout.work('a').todo(parseAddress('M1')), '/mnt/mandel/work/a/todo/M1.raw'],
    [layout.work('a').ready(parseAddress('M1')), '/mnt/mandel/work/a/ready/M1.raw'],
    [layout.work('a').done(parseAddress('M1')), '/mnt/mandel/work/a/done/M1.raw'],
    [layout.work('a').tile(parseAddress('M1')), '/mnt/mandel/work/a/tile/M1.png'],
    [layout.work('a').tile({ period: 0 }), '/mnt/mandel/work/a/tile/P0.png'],
    [layout.work('a').boring, '/mnt/mandel/work/a/boring.txt'],
    [layout.todo(deep), `/mnt/mandel/todo/${first}/${next}/${rest}.raw`],
    [layout.tile(deep), `/mnt/mandel/tile/${first}/${next}/${rest}.png`],
    [layout.work('a').ready(deep), `/mnt/mandel/work/a/ready/${first}/${next}/${rest}.raw`],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  it('folds from the 121st digit on', () => {
    expect(layout.todo(parseAddress(first))).toBe(`/mnt/mandel/todo/${first}.raw`);
    expect(layout.todo(parseAddress(`${first}2`))).toBe(`/mnt/mandel/todo/${first}/2.raw`);
    expect(layout.todo(parseAddress(first + next))).toBe(`/mnt/mandel/todo/${first}/${next}.raw`);
  });

  it('has one path an address, within its folder, no name longer than 125 characters', () => {
    fc.assert(
      fc.property(addresses(400), (address) => {
        const path = layout.done(address);
        const inside = path.slice('/mnt/mandel/done/'.length);
        expect(path.startsWith('/mnt/mandel/done/M')).toBe(true);
        expect(inside.split('/').every((name) => name.length > 0 && name.length <= 125)).toBe(true);
        expect(unfoldAddress(inside.slice(0, -'.raw'.length))).toBe(address);
      }),
      { numRuns: 200 },
    );
  });
});
