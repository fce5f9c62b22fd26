import type { Made, Maker } from '../cache/check/problem.js';
import { encodeBoringPicture, encodePicture } from '../image/picture.js';
import type { ThemeName } from '../image/themes.js';
import { boringPeriod } from '../subdivide/boring.js';
import { tileFromNothing } from '../subdivide/from-nothing.js';
import { noStatistics } from '../subdivide/statistics.js';
import type { Address } from '../tile/address.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { encodeRaw } from '../tile/raw.js';
import { bestKernel, deepSampler } from './kernel.js';

/** What makes tiles for the check, in this thread. It remembers the last one. */
export function createMaker(theme: ThemeName, image: PictureFormat): Maker {
  let last: { address: Address; made: Made } | null = null;
  return {
    make(address) {
      if (last?.address !== address) last = { address, made: makeTile(address, theme, image) };
      return last.made;
    },
    picture: (samples) => encodePicture(samples, theme, image),
    boringPicture: (period) => encodeBoringPicture(period, theme, image),
  };
}

function makeTile(address: Address, theme: ThemeName, image: PictureFormat): Made {
  const samples = tileFromNothing(address, bestKernel(), noStatistics(), deepSampler());
  const period = boringPeriod(samples);
  if (period !== null) return { period };
  return { raw: encodeRaw(samples), picture: encodePicture(samples, theme, image) };
}
