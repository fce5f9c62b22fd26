import { findTile } from '../cache/find-tile.js';
import { Layout } from '../cache/layout.js';
import { FilmColours } from '../image/film-colours.js';
import { handOver } from '../daemon/pool.js';
import { isSmoothThemeName } from '../image/smooth-palette.js';
import type { Address } from '../tile/address.js';
import { filmTile, type FilmTile } from './film-tile.js';
import type { FrameJob, FrameResult } from './frame-job.js';
import type { Source } from './frame-layer.js';
import { paintFrame } from './frame-painter.js';
import { readFrame, writeFrame } from './frame-store.js';

/** Tiles that a thread remembers, of 264 KB each: those of some five octaves. */
const KEPT = 256;

const known = new Map<string, FilmTile>();
let colours: { readonly theme: string; readonly of: FilmColours } | null = null;

/** The worker thread of films. */
export default async function perform(job: FrameJob): Promise<FrameResult> {
  const { root, format, frame, theme, supersample, sources, key } = job;
  const layout = new Layout(root, format);
  const stored = await readFrame(layout.frame(key), frame.width, frame.height);
  if (stored !== null) return { rgb: stored, isStored: true };
  const found = new Map<Address, Source>();
  for (const [tile, address] of sources) {
    const read = await tileOf(layout, address, !isSmoothThemeName(theme));
    if (typeof read === 'string') return { tile: address, reason: read };
    found.set(tile, { address, tile: read });
  }
  if (colours?.theme !== theme) colours = { theme, of: new FilmColours(theme) };
  const rgb = paintFrame(frame, supersample, colours.of, (address) => found.get(address) ?? null);
  await writeFrame(layout, key, rgb, frame.width);
  return handOver({ rgb, isStored: false }, rgb.buffer);
}

/** A tile's samples, or why there are none. */
async function tileOf(layout: Layout, address: Address, isFlat: boolean): Promise<FilmTile | string> {
  const name = `${layout.root} ${isFlat} ${address}`;
  let tile = known.get(name);
  if (tile === undefined) {
    const samples = await findTile(layout, address);
    if (samples === null) return 'it was there, and is nowhere now';
    if (typeof samples === 'string') return `its file is damaged (${samples})`;
    tile = filmTile(samples, isFlat);
  } else {
    known.delete(name); // and to the end: the last to go
  }
  known.set(name, tile);
  const [oldest] = known.keys();
  if (known.size > KEPT) known.delete(oldest);
  return tile;
}
