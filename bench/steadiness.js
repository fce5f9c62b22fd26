// node bench/steadiness.js: whether a film is steady where one level of tiles is exchanged for the next. The mean absolute difference between each
// frame and the one before it, enlarged to fit, in a table, and as docs/steadiness.svg.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeRgbPng } from '../dist/image/png.js';

const [WIDTH, HEIGHT, OCTAVES, FRAMES_PER_OCTAVE] = [320, 180, 8, 16];
const FRAMES = OCTAVES * FRAMES_PER_OCTAVE + 1;
const program = fileURLToPath(new URL('../bin/mandeld.js', import.meta.url));
const mandeld = (...args) => execFileSync(process.execPath, [program, ...args], { maxBuffer: 2 ** 30 });

/** The frames of a film. */
function framesOf(folder, theme) {
  const request = join(folder, 'request');
  const film = join(folder, theme);
  writeFileSync(
    request,
    JSON.stringify({
      START: ['-0.7463', '0.1102'],
      ZOOM: `2^${OCTAVES}`,
      NUM_FRAMES: FRAMES,
      FPS: 24,
      SIZE: `${WIDTH}x${HEIGHT}`,
      RADIUS: '0.7',
      THEME: theme,
      FORMAT: 'frames',
    }),
  );
  mandeld('zoom', request, '--cache', join(folder, 'cache'), '-o', film);
  return readFileSync(film, 'utf8')
    .trim()
    .split('\n')
    .map((line) => decodeRgbPng(Buffer.from(JSON.parse(line).png, 'base64')).rgb);
}

/** Mean absolute difference, 0 to 255, between a frame and the one before it, enlarged about the centre. */
function difference(before, after) {
  const factor = 2 ** (-1 / FRAMES_PER_OCTAVE);
  let sum = 0;
  for (let y = 1; y < HEIGHT - 1; y++) {
    for (let x = 1; x < WIDTH - 1; x++) {
      const px = (x + 0.5 - WIDTH / 2) * factor + WIDTH / 2 - 0.5;
      const py = (y + 0.5 - HEIGHT / 2) * factor + HEIGHT / 2 - 0.5;
      const [ix, iy] = [Math.floor(px), Math.floor(py)];
      const [tx, ty] = [px - ix, py - iy];
      for (let c = 0; c < 3; c++) {
        const at = (column, row) => before[3 * (row * WIDTH + column) + c];
        const top = at(ix, iy) * (1 - tx) + at(ix + 1, iy) * tx;
        const bottom = at(ix, iy + 1) * (1 - tx) + at(ix + 1, iy + 1) * tx;
        sum += Math.abs(top * (1 - ty) + bottom * ty - after[3 * (y * WIDTH + x) + c]);
      }
    }
  }
  return sum / (3 * (WIDTH - 2) * (HEIGHT - 2));
}

/** A drawing of curves. */
function draw(curves) {
  const top = Math.max(...curves.flatMap(({ values }) => values)) * 1.1;
  const x = (i) => 50 + (i / (FRAMES - 2)) * 680;
  const y = (value) => 260 - (value / top) * 220;
  const colours = ['#b0305c', '#2a6fb0'];
  const lines = curves.map(
    ({ theme, values }, i) =>
      `<polyline fill="none" stroke="${colours[i]}" stroke-width="2" points="${values.map((v, n) => `${x(n).toFixed(1)},${y(v).toFixed(1)}`).join(' ')}"/>` +
      `<text x="${60 + 110 * i}" y="28" fill="${colours[i]}">${theme}</text>`,
  );
  // A frame lies at a whole level where its spacing is that of one.
  const first = -Math.log2((2 * 0.7) / HEIGHT) - 5;
  const levels = Array.from({ length: OCTAVES }, (_, i) => Math.ceil(first) + i);
  const marks = levels.map((level) => {
    const at = x((level - first) * FRAMES_PER_OCTAVE - 1).toFixed(1);
    return `<line x1="${at}" y1="40" x2="${at}" y2="260" stroke="#999" stroke-dasharray="3 4"/><text x="${at}" y="276" text-anchor="middle" fill="#666">${level}</text>`;
  });
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 300" font-family="sans-serif" font-size="13"><rect width="760" height="300" fill="#fff"/>' +
    `${marks.join('')}<line x1="50" y1="260" x2="730" y2="260" stroke="#333"/><text x="44" y="264" text-anchor="end">0</text>` +
    `<text x="44" y="${y(top / 1.1) + 4}" text-anchor="end">${(top / 1.1).toFixed(1)}</text><text x="390" y="294" text-anchor="middle">level at which the finer tiles are exchanged</text>${lines.join('')}</svg>\n`
  );
}

const folder = mkdtempSync(join(tmpdir(), 'mandeld-steadiness-'));
try {
  mandeld('init', join(folder, 'cache'));
  const curves = ['Galaxy', 'Nebula'].map((theme) => {
    const frames = framesOf(folder, theme);
    return { theme, values: frames.slice(1).map((frame, i) => difference(frames[i], frame)) };
  });
  for (const { theme, values } of curves) {
    const steps = values.slice(1).map((value, i) => Math.abs(value - values[i]));
    console.log(theme, {
      mean: Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(2)),
      largestStep: Number(Math.max(...steps).toFixed(3)),
    });
  }
  writeFileSync(fileURLToPath(new URL('../docs/steadiness.svg', import.meta.url)), draw(curves));
} finally {
  rmSync(folder, { recursive: true });
}
