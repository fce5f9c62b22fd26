import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { deepOracle } from '../support/deep-oracle.js';
import {
  answersFile,
  deepAnswers,
  deepBits,
  deepSample,
  deepViews,
  HALF_GRID,
  log2HalfHeight,
  type DeepAnswers,
  type DeepView,
} from '../support/deep-view.js';
import { seededRandom } from '../support/random.js';

/*
 * Writes deep/<view>.json: the deep oracle's answers on 500 points of each view of deep-views.json. One view takes from
 * seconds (e14) to more than an hour (e1086). A file that is there is continued, so delete it to start anew:
 *
 *   npm run vectors:deep             all views
 *   npm run vectors:deep -- e14 e50  these
 */

const SEED = 20240301;
const COUNT = 500;
const BUDGETS: Record<string, number> = { e14: 1e6, e50: 1e7, e227: 2e7, e1086: 1e7 };
/** Milliseconds from one save to the next. */
const SAVE_EVERY = 10_000;

/** Different points of the grid, the same ones at every run. */
function drawPoints(seed: number): [i: number, j: number][] {
  const side = 2 * HALF_GRID + 1;
  const random = seededRandom(seed);
  const drawn = new Set<number>();
  while (drawn.size < COUNT) drawn.add(random.below(side * side));
  return Array.from(drawn, (index) => [index % side, Math.floor(index / side)]);
}

function save(answers: DeepAnswers): void {
  const lines = Object.entries(answers).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  const file = answersFile(answers.name);
  const temporary = new URL(`${file.href}.part`);
  writeFileSync(temporary, `{\n${lines.join(',\n')}\n}\n`);
  renameSync(temporary, file);
}

function begin({ name, re, im, zoom }: DeepView): DeepAnswers {
  if (existsSync(answersFile(name))) return deepAnswers(name);
  const arrays = { i: [], j: [], period: [], log2Distance: [], n: [] };
  const bits = deepBits({ name, re, im, zoom });
  return { name, re, im, zoom, bits, seed: SEED, budget: BUDGETS[name], ...arrays };
}

function answer(view: DeepView): void {
  const answers = begin(view);
  const log2Unit = log2HalfHeight(view);
  let saved = Date.now();
  for (const [i, j] of drawPoints(answers.seed).slice(answers.i.length)) {
    const found = deepOracle(deepSample(view, answers.bits, i, j), answers.budget);
    const exterior = found.kind === 'exterior';
    answers.i.push(i);
    answers.j.push(j);
    answers.period.push(exterior ? 0 : -2);
    answers.log2Distance.push(exterior ? Number((found.log2Distance - log2Unit).toFixed(9)) : 0);
    answers.n.push(exterior ? found.n : answers.budget);
    if (Date.now() - saved < SAVE_EVERY) continue;
    save(answers);
    saved = Date.now();
    process.stderr.write(`${view.name} ${answers.i.length} of ${COUNT}\n`);
  }
  save(answers);
  process.stderr.write(`${view.name} done\n`);
}

const wanted = process.argv.slice(2);
for (const view of deepViews()) if (wanted.length === 0 || wanted.includes(view.name)) answer(view);
