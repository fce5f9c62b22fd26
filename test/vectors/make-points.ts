import { writeFileSync } from 'node:fs';
import { oracle } from '../support/oracle.js';
import { seededRandom, type Random } from '../support/random.js';

/*
 * Writes points.json: 10,000 points, three quarters of them near the boundary at scales down to 1e-9, and the oracle's
 * answers. It takes ten minutes, which is why the answers are stored: npm run vectors
 */

const SEED = 20240229;
const COUNT = 10_000;
/** Coordinates are whole multiples of 2^-44, so they take 15 digits and are exact in doubles. */
const GRID = 2 ** 44;
/** A point nearer to the boundary may be decided either way by doubles. */
const NEAREST = 1e-9;

const onGrid = (x: number): number => Math.round(x * GRID) / GRID;

/** Whether the orbit leaves the disc of radius 2 soon; only steers the choice of points. */
function leaves(re: number, im: number): boolean {
  let x = 0;
  let y = 0;
  for (let n = 0; n < 2000; n++) {
    const t = x * x - y * y + re;
    y = 2 * x * y + im;
    x = t;
    if (x * x + y * y > 4) return true;
  }
  return false;
}

function anywhere(random: Random): [number, number] {
  return [onGrid(random.between(-2.1, 0.6)), onGrid(random.between(-1.3, 1.3))];
}

/** Bisects between a point that leaves and one that stays, down to a distance that is drawn in octaves. */
function nearBoundary(random: Random): [number, number] {
  let out = anywhere(random);
  while (!leaves(...out)) out = anywhere(random);
  let inside = anywhere(random);
  while (leaves(...inside)) inside = anywhere(random);
  const apart = 2 ** random.between(-30, 0);
  while (Math.hypot(out[0] - inside[0], out[1] - inside[1]) > apart) {
    const middle: [number, number] = [onGrid((out[0] + inside[0]) / 2), onGrid((out[1] + inside[1]) / 2)];
    if (leaves(...middle)) out = middle;
    else inside = middle;
  }
  return random.below(2) === 0 ? out : inside;
}

const random = seededRandom(SEED);
const rows: string[] = [];
const left = { undecided: 0, tooNear: 0 };
while (rows.length < COUNT) {
  const [re, im] = random.below(4) === 0 ? anywhere(random) : nearBoundary(random);
  if (im === 0) continue;
  const answer = oracle(re, im);
  if (answer === null) left.undecided++;
  else if (answer.log2Distance < Math.log2(NEAREST)) left.tooNear++;
  else rows.push(`    [${re * GRID}, ${im * GRID}, ${answer.period}, ${answer.log2Distance.toFixed(11)}]`);
  if (rows.length % 500 === 0) process.stderr.write(`${rows.length} ${JSON.stringify(left)}\n`);
}
const head = `  "seed": ${SEED},\n  "undecided": ${left.undecided},\n  "tooNear": ${left.tooNear},\n`;
writeFileSync(
  new URL('points.json', import.meta.url),
  `{\n${head}  "points": [\n${rows.join(',\n')}\n  ]\n}\n`,
);
