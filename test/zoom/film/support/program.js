// Makes a film of noise, as a process of its own: PATH OPTIONS FRAMES HOW-MANY-OF-THEM. It says when it waits, or how much memory it took, or what has failed.
import { openFilm } from '../../../../dist/zoom/film/film.js';

const [path, options, frames, given] = process.argv.slice(2);
const order = { width: 128, height: 96, fps: 10, ...JSON.parse(options) };
let word = 1;
const frame = () =>
  Uint8Array.from({ length: order.width * order.height * 3 }, () => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    return word >>> 24;
  });

try {
  const film = await openFilm({ path, frames: Number(frames), ...order });
  for (let i = 0; i < Number(given); i++) await film.add(frame());
  if (given === frames) await film.finish();
  else setInterval(() => {}, 1000);
  console.log(`memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} catch (error) {
  console.log(error.name, error.code, error.message);
}
