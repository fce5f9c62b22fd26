// npm run bench:films: what a film of 128 frames costs, by format; the table of docs/movies.md.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFilm } from '../dist/zoom/film/film.js';

const [WIDTH, HEIGHT, FRAMES] = [1280, 720, 128];
/** From frame to frame; 128 are an eightfold zoom. */
const FACTOR = 8 ** (1 / FRAMES);

/** A zoom into a spiral with fine and coarse structure, coloured by a palette of 256, as frames of the set are. */
function frame(number) {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  const shift = Math.log(FACTOR ** number);
  for (let y = 0, to = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, to += 3) {
      const [u, v] = [x - WIDTH / 2 + 0.5, y - HEIGHT / 2 + 0.5];
      const depth = Math.log(Math.hypot(u, v)) - shift;
      const turn = Math.atan2(v, u);
      const wave = Math.sin(3 * depth + 2 * turn) + Math.sin(17 * depth - 12 * turn) ** 8;
      const shade = Math.floor(64 * (wave + 1.5));
      rgb[to] = 127 + 127 * Math.sin(shade / 40);
      rgb[to + 1] = 127 + 127 * Math.sin(shade / 29 + 1);
      rgb[to + 2] = 127 + 127 * Math.sin(shade / 60 + 2);
    }
  }
  return rgb;
}

const FILMS = [
  { name: 'mp4, ffmpeg', format: 'mp4', ffmpeg: 'ffmpeg' },
  { name: 'mp4, bundled', format: 'mp4', ffmpeg: null },
  { name: 'webm, ffmpeg', format: 'webm' },
  { name: 'gif', format: 'gif' },
  { name: 'apng', format: 'apng' },
  { name: 'png', format: 'png' },
  { name: 'frames', format: 'frames' },
];

const folder = mkdtempSync(join(tmpdir(), 'mandeld-films-'));
try {
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}, ${date}\n`);
  // Drawn beforehand, since an encoder that is a process works meanwhile.
  const drawn = openSync(join(folder, 'drawn'), 'w+');
  const length = WIDTH * HEIGHT * 3;
  for (let i = 0; i < FRAMES; i++) writeSync(drawn, frame(i), 0, length, i * length);
  const rgb = new Uint8Array(length);
  console.log('| film | MB | seconds |\n| --- | --: | --: |');
  for (const { name, ...options } of FILMS) {
    const path = join(folder, 'film');
    const film = await openFilm({ path, width: WIDTH, height: HEIGHT, fps: 20, frames: FRAMES, ...options });
    const start = performance.now();
    for (let i = 0; i < FRAMES; i++) {
      readSync(drawn, rgb, 0, length, i * length);
      await film.add(rgb);
    }
    await film.finish();
    const seconds = (performance.now() - start) / 1000;
    const names = options.format === 'png' ? readdirSync(path).map((file) => join(path, file)) : [path];
    const bytes = names.reduce((sum, file) => sum + statSync(file).size, 0);
    console.log(`| ${name} | ${(bytes / 1e6).toFixed(1)} | ${seconds.toFixed(1)} |`);
    rmSync(path, { recursive: true });
  }
  closeSync(drawn);
} finally {
  rmSync(folder, { recursive: true });
}
