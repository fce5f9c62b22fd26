import type { Address } from '../tile/address.js';

/** Tiles without which a film cannot be made. */
export class FilmTilesError extends Error {
  readonly code = 'ETILES';
  readonly tiles: readonly { readonly address: Address; readonly reason: string }[];

  constructor(tiles: readonly { readonly address: Address; readonly reason: string }[]) {
    const lines = tiles.map(({ address, reason }) => `  ${address}: ${reason}`);
    super(
      `${tiles.length === 1 ? 'A tile' : `${tiles.length} tiles`} could not be had, so there is no film:\n${lines.join('\n')}\n` +
        'What was made is kept: the same command goes on from there. "mandeld check --repair" mends damaged tiles.',
    );
    this.name = 'FilmTilesError';
    this.tiles = tiles;
  }
}
