import type { Seed } from '../cache/create.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { encodePicture } from '../image/picture.js';
import type { ThemeName } from '../image/themes.js';
import { tileFromNothing } from '../subdivide/from-nothing.js';
import { noStatistics } from '../subdivide/statistics.js';
import { ROOT } from '../tile/address.js';
import { encodeRaw } from '../tile/raw.js';
import { bestKernel } from './kernel.js';

/** The root tile, computed: what a new cache begins with. */
export function seedOf(theme: ThemeName, image: PictureFormat): Seed {
  const samples = tileFromNothing(ROOT, bestKernel(), noStatistics());
  return { raw: encodeRaw(samples), picture: encodePicture(samples, theme, image) };
}
