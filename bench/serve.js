// npm run bench:serve: 10,000 requests over 64 connections against `mandeld serve`, and against nginx on the same files when it is installed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REQUESTS = 10_000;
const CONNECTIONS = 64;
const ROUNDS = 3;
const inPackage = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const mandeld = inPackage('bin/mandeld.js');
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const folder = mkdtempSync(join(tmpdir(), 'mandeld-bench-'));
const cache = join(folder, 'cache');

/** Random numbers from a seed (mulberry32). */
function randomFrom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a visitor asks for: mostly tiles, one in ten of them missing, and now and then the rest. */
function paths(count, seed) {
  const random = randomFrom(seed);
  const tiles = readdirSync(join(cache, 'tile'));
  const raws = readdirSync(join(cache, 'done'));
  const one = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, () => {
    const dice = random();
    if (dice < 0.8) return `/tile/${one(tiles)}`;
    if (dice < 0.9)
      return `/tile/M01311${Math.floor(random() * 4096)
        .toString(4)
        .padStart(6, '0')}.png`;
    if (dice < 0.95) return `/done/${one(raws)}`;
    return dice < 0.98 ? '/boring.txt' : '/';
  });
}

/** One request; gives its time in milliseconds, or throws. */
async function ask(agent, url) {
  const since = performance.now();
  await new Promise((resolve, reject) => {
    const asking = request(url, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
      answer.on('end', resolve).on('error', reject).resume();
    });
    asking.on('error', reject).end();
  });
  return performance.now() - since;
}

/** All requests, over so many connections. */
async function load(base, list) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times = [];
  const left = list.toReversed();
  let errors = 0;
  const since = performance.now();
  const visitors = Array.from({ length: CONNECTIONS }, async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      try {
        times.push(await ask(agent, new URL(path, base)));
      } catch (error) {
        if (errors++ === 0) process.stderr.write(`${error.message}\n`);
      }
    }
  });
  await Promise.all(visitors);
  const seconds = (performance.now() - since) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const quantile = (q) => times[Math.min(times.length - 1, Math.floor(q * times.length))];
  return { rate: list.length / seconds, p50: quantile(0.5), p99: quantile(0.99), errors };
}

/** Resident memory of a process and its children, in MB. */
function memoryOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const own = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  return children.reduce((sum, child) => sum + memoryOf(child), Number(own) / 1024);
}

async function startMandeld() {
  const child = spawn(process.execPath, [mandeld, 'serve', cache, '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, url: /http:\S+/.exec(String(line))[0] };
}

async function startNginx() {
  if (spawnSync('nginx', ['-v'], { env }).status !== 0) return null;
  const port = 18_437;
  const site = readFileSync(inPackage('contrib/mandeld.nginx.conf'), 'utf8')
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('/mnt/mandel;', `${cache};`)
    .replace('/usr/local/lib/node_modules/mandeld/contrib', inPackage('contrib'));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
    events {} http { types { text/html html; text/plain txt; application/json json; image/png png; }
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((path) => `${path}_temp_path ${folder}/${path};`).join(' ')}
    ${site} }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}/`;
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  )
    await delay(50);
  return { child, url };
}

try {
  spawnSync(process.execPath, [mandeld, 'init', cache]);
  const render = [
    '--cache',
    cache,
    '--client',
    'bench',
    '--max-level',
    '7',
    '--until-idle',
    '--log-level',
    'error',
  ];
  spawnSync(process.execPath, [mandeld, ...render], { stdio: 'inherit' });
  writeFileSync(join(cache, 'index.html'), readFileSync(inPackage('dist/web/index.html')));
  const servers = { 'mandeld serve': await startMandeld(), nginx: await startNginx() };
  const rows = [];
  for (const [name, server] of Object.entries(servers)) {
    if (server === null) continue;
    await load(server.url, paths(2000, 1));
    const before = memoryOf(server.child.pid);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await load(server.url, paths(REQUESTS, 2 + round)));
    const after = memoryOf(server.child.pid);
    rounds.sort((a, b) => a.rate - b.rate);
    const errors = rounds.reduce((sum, round) => sum + round.errors, 0);
    rows.push({ name, ...rounds[Math.floor(ROUNDS / 2)], errors, before, after });
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
  }
  const [{ rate }] = rows;
  console.log('| server | requests/s | ratio | p50 ms | p99 ms | errors | MB before | MB after |');
  console.log('| ------ | ---------: | ----: | -----: | -----: | -----: | --------: | -------: |');
  for (const row of rows) {
    const cells = [
      row.rate.toFixed(0),
      (row.rate / rate).toFixed(1),
      row.p50.toFixed(1),
      row.p99.toFixed(1),
      row.errors,
    ];
    console.log(`| ${[row.name, ...cells, row.before.toFixed(0), row.after.toFixed(0)].join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
