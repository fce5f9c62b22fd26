// npm run bench [-- --json] [-- --write]: what a tile costs, part by part, beside the hardware's limit in the same run.
// --write puts the table into README.md and docs/performance.md. Everything is seeded by what it computes; medians of 7
// runs after 2 that are not counted.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bestKernel } from '../dist/daemon/kernel.js';
import { claimRows } from './claims.js';
import { encodePicture } from '../dist/image/picture.js';
import { scalarKernel } from '../dist/math/scalar-kernel.js';
import { tileFromNothing } from '../dist/subdivide/from-nothing.js';
import { noStatistics } from '../dist/subdivide/statistics.js';
import { subdivide } from '../dist/subdivide/subdivide.js';
import { addressAt } from '../dist/tile/address.js';
import { decodeRaw, encodeRaw } from '../dist/tile/raw.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernel = bestKernel();
/** Results go here, so that nothing can be left out as unused. */
let sink = 0;

function median(run, runs = 7, warmUps = 2) {
  for (let i = 0; i < warmUps; i++) run();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)];
}

function hardwareLimit(folder) {
  const program = join(folder, 'limit');
  const built = spawnSync('cc', [
    '-O3',
    '-march=native',
    '-ffp-contract=off',
    join(root, 'bench/limit.c'),
    '-o',
    program,
  ]);
  return built.status === 0 ? JSON.parse(execFileSync(program, { encoding: 'utf8' })) : null;
}

/** Iterations of z and dz/dc in lockstep: points of the period 2 disc that nothing ends. */
function lockstepNs() {
  const count = 4096;
  const budget = 2 ** 14;
  const points = { re: new Float64Array(count).fill(-0.75), im: new Float64Array(count).fill(2 ** -40) };
  const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
  const ms = median(() => kernel.decide(points, count, budget, verdicts));
  return (1e6 * ms) / (count * budget);
}

const VIEWS = [
  ['seahorses', -0.7578125, 0.0625, 0.0078125],
  ['beside them', -0.75, 0.0625, 0.0625],
  ['interior', -1.76171875, 0.0009765625, 0.0009765625],
];

function viewRows() {
  return VIEWS.map(([name, west, south, side]) => {
    const count = 257 * 257;
    const points = {
      re: Float64Array.from({ length: count }, (_, i) => west + (side * (i % 257)) / 256),
      im: Float64Array.from({ length: count }, (_, i) => south + (side * Math.floor(i / 257)) / 256),
    };
    const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
    const timeOf = (which) =>
      median(() => {
        which.decide(points, count, 100_000, verdicts);
        sink += verdicts.period[0];
      });
    const scalarMs = timeOf(scalarKernel);
    const ms = timeOf(kernel);
    return { name, ms, scalarMs, ratio: scalarMs / ms };
  });
}

/** A tile over the seahorses' valley at a level. */
function seahorseTile(level) {
  const scale = 2 ** level / 8;
  return addressAt({
    level,
    x: BigInt(Math.floor((-0.745 + 4) * scale)),
    y: BigInt(Math.floor(0.113 * scale)),
  });
}

function subdivisionRows() {
  return [3, 6, 9].map((level) => {
    const address = seahorseTile(level);
    const raw = encodeRaw(tileFromNothing(address, kernel, noStatistics()));
    let kernelMs = 0;
    const timed = {
      name: 'timed',
      decide(...args) {
        const start = performance.now();
        kernel.decide(...args);
        kernelMs += performance.now() - start;
      },
    };
    let result;
    const subdivideMs = median(() => (result = subdivide(address, decodeRaw(raw), timed)));
    kernelMs /= 9;
    const rawMs = median(() =>
      result.interesting.forEach(({ samples }) => (sink += encodeRaw(samples).length)),
    );
    const pictureMs = median(() =>
      result.interesting.forEach(({ samples }) => (sink += encodePicture(samples, 'Classic', 'png').length)),
    );
    return {
      level,
      stored: result.interesting.length,
      ...result.statistics,
      subdivideMs,
      kernelMs,
      rawMs,
      pictureMs,
    };
  });
}

/** A whole cache, by a daemon of its own: seconds, processor time of all its threads, and the memory it had at the most. */
async function render(folder, workers, level) {
  const cache = join(folder, `cache-${workers}`);
  const mandeld = join(root, 'bin/mandeld.js');
  execFileSync('node', [mandeld, 'init', cache]);
  const options = ['--workers', workers, '--max-level', level, '--until-idle', '--log-level', 'silent'];
  const start = performance.now();
  const daemon = spawn('node', [mandeld, '--cache', cache, ...options.map(String)], { stdio: 'ignore' });
  const seen = { ticks: 0, kilobytes: 0 };
  const watch = setInterval(() => lookAt(daemon.pid, seen), 50);
  await new Promise((resolve, reject) => {
    daemon.on('error', reject);
    daemon.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mandeld exits with ${code}`))));
  });
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  const status = JSON.parse(execFileSync('node', [mandeld, 'status', cache, '--json'], { encoding: 'utf8' }));
  const stored = status.totals.todo + status.totals.done - 1;
  const cpuSeconds = seen.ticks / TICKS_PER_SECOND;
  return {
    workers,
    level,
    seconds,
    cpuSeconds,
    stored,
    cpuMsPerChild: (1000 * cpuSeconds) / stored,
    megabytes: seen.kilobytes / 1024,
  };
}

/** Of the times in /proc/PID/stat; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Notes a process' user and system time and its largest resident size, as long as it runs. */
function lookAt(pid, seen) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    seen.ticks = Number(stat[11]) + Number(stat[12]);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    seen.kilobytes = Math.max(seen.kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  } catch {
    // It has ended.
  }
}

const folder = mkdtempSync(join(tmpdir(), 'mandeld-bench-'));
try {
  const limit = hardwareLimit(folder);
  const report = {
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`,
    date: new Date().toISOString().slice(0, 10),
    limit,
    lockstepNs: lockstepNs(),
    views: viewRows(),
    subdivisions: subdivisionRows(),
    caches: [await render(folder, 1, 9), await render(folder, 2, 9)],
    claims: await claimRows(folder),
    sink,
  };
  const text = process.argv.includes('--json') ? JSON.stringify(report) : table(report);
  process.stdout.write(`${text}\n`);
  if (process.argv.includes('--write'))
    for (const file of ['README.md', 'docs/performance.md']) insert(file, table(report));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function table({ machine, date, limit, lockstepNs: ns, views, subdivisions, caches, claims }) {
  const f = (number, digits = 1) => number.toFixed(digits);
  const of =
    limit === null
      ? 'no C compiler, so no limit measured'
      : `${f(ns / limit.wideNs)} times the limit of ${limit.lanes} lanes, ${f(limit.wideNs, 2)} ns, and ${f(ns / limit.narrowNs)} times that of 2 lanes`;
  return [
    `${machine}, ${date}. One iteration in lockstep, with everything that watches it: ${f(ns, 2)} ns, ${of}.`,
    '',
    '| view of 257 x 257 samples, budget 100,000 | ms | scalar kernel | ratio |',
    '| --- | ---: | ---: | ---: |',
    ...views.map(({ name, ms, scalarMs, ratio }) => `| ${name} | ${f(ms)} | ${f(scalarMs)} | ${f(ratio)} |`),
    '',
    '| a tile of level | copied | interpolated | computed | children stored | ms: read and subdivide | of that kernel | raw files | pictures |',
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...subdivisions.map(
      (s) =>
        `| ${s.level} | ${s.copied} | ${s.interpolated} | ${s.computed} | ${s.stored} | ${f(s.subdivideMs)} | ${f(s.kernelMs)} | ${f(s.rawMs)} | ${f(s.pictureMs)} |`,
    ),
    '',
    '| a whole cache to level 9 | seconds | CPU seconds | tiles stored | CPU ms a stored tile | MB at the most |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...caches.map(
      (c) =>
        `| ${c.workers} worker${c.workers > 1 ? 's' : ''} | ${f(c.seconds)} | ${f(c.cpuSeconds)} | ${c.stored} | ${f(c.cpuMsPerChild)} | ${f(c.megabytes, 0)} |`,
    ),
    '',
    '| files in todo/ | ms a claim of 4 tiles, the first 100 of a client, its listing included |',
    '| ---: | ---: |',
    ...claims.map(({ files, ms }) => `| ${files} | ${f(ms, 2)} |`),
  ].join('\n');
}

/** Replaces what stands between the marks in a document. */
function insert(file, text) {
  const path = join(root, file);
  const [before, , after] = readFileSync(path, 'utf8').split(/<!-- bench -->|<!-- \/bench -->/);
  writeFileSync(path, `${before}<!-- bench -->\n\n${text}\n\n<!-- /bench -->${after}`);
}
