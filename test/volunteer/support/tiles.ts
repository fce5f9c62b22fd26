import { childOf, QUADRANTS, type Address } from '../../../src/tile/address.js';
import { encodeRaw } from '../../../src/tile/raw.js';
import { encodeResult, type ResultChild } from '../../../src/wire/result-codec.js';
import { buildPyramid } from '../../subdivide/support/pyramid.js';

/** Tiles as a hub has them, and what it expects for each of them. */
export interface Tiles {
  readonly raws: ReadonlyMap<Address, Uint8Array>;
  readonly results: ReadonlyMap<Address, Buffer>;
}

let tiles: Tiles | null = null;

/** All interesting tiles down to level 3, and the uploads by src/subdivide with the scalar kernel. */
export function someTiles(): Tiles {
  tiles ??= makeTiles();
  return tiles;
}

function makeTiles(): Tiles {
  const { steps } = buildPyramid(4);
  const raws = new Map(
    steps.map(({ address, parent }): [Address, Uint8Array] => [address, encodeRaw(parent)]),
  );
  const results = new Map(
    steps.map(({ address, result: { interesting, boring } }): [Address, Buffer] => {
      const children = QUADRANTS.map((quadrant): ResultChild => {
        const child = childOf(address, quadrant);
        const found = interesting.find((one) => one.address === child);
        const period = boring.find((one) => one.address === child)?.period;
        return found ? { raw: encodeRaw(found.samples) } : { boring: period ?? NaN };
      });
      return [address, Buffer.from(encodeResult(children))];
    }),
  );
  return { raws, results };
}
