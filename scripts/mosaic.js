// Puts the pictures of a cache together into one: node scripts/mosaic.js CACHE LEVEL X0 Y0 X1 Y1 OUT.png [DIVIDE] [mirror]
// Columns X0 to X1 and rows Y0 to Y1 of tiles at LEVEL, counted from -4+0i; boring tiles are taken from their period's
// picture; DIVIDE averages squares of that side into one pixel; `mirror` adds the lower half plane.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pngjs from 'pngjs';
import { addressAt } from '../dist/tile/address.js';
import { parseBoringLine } from '../dist/tile/boring-line.js';

const { PNG } = pngjs;
const [cache, ...rest] = process.argv.slice(2);
const [level, x0, y0, x1, y1] = rest.slice(0, 5).map(Number);
const out = rest[5];
const divide = Number(rest[6] ?? 1);
const mirror = rest[7] === 'mirror';

const boring = new Map(
  readFileSync(join(cache, 'boring.txt'), 'utf8')
    .split('\n')
    .map(parseBoringLine)
    .filter((tile) => tile !== null)
    .map(({ address, period }) => [address, period]),
);

function pictureOf(address) {
  for (let length = 1; length <= address.length; length++) {
    const period = boring.get(address.slice(0, length));
    if (period !== undefined) return `P${period}.png`;
  }
  return `${address}.png`;
}

const width = (x1 - x0 + 1) * 256;
const half = (y1 - y0 + 1) * 256;
const upper = new Uint8Array(width * half * 3);
for (let y = y0; y <= y1; y++) {
  for (let x = x0; x <= x1; x++) {
    const name = pictureOf(addressAt({ level, x: BigInt(x), y: BigInt(y) }));
    const { data } = PNG.sync.read(readFileSync(join(cache, 'tile', name)));
    for (let row = 0; row < 256; row++) {
      for (let column = 0; column < 256; column++) {
        const from = 4 * (row * 256 + column);
        const to = 3 * (((y1 - y) * 256 + row) * width + (x - x0) * 256 + column);
        upper.set(data.subarray(from, from + 3), to);
      }
    }
  }
}
const height = mirror ? 2 * half : half;
const line = (row) => (row < half ? row : 2 * half - 1 - row);
const picture = new PNG({ width: Math.floor(width / divide), height: Math.floor(height / divide) });
for (let row = 0; row < picture.height; row++) {
  for (let column = 0; column < picture.width; column++) {
    const to = 4 * (row * picture.width + column);
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let j = 0; j < divide; j++) {
        for (let i = 0; i < divide; i++) {
          sum += upper[3 * (line(row * divide + j) * width + column * divide + i) + channel];
        }
      }
      picture.data[to + channel] = Math.round(sum / divide ** 2);
    }
    picture.data[to + 3] = 255;
  }
}
writeFileSync(out, PNG.sync.write(picture, { colorType: 2 }));
