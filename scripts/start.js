// `npm start`: renders into ./cache, which is copied from cache-template/ when there is none, and serves the map of it. Options go to
// the daemon: npm start -- --workers 1
import { cp } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { serveMap } from '../dist/cli/map-server.js';
import { start } from '../dist/cli/start.js';
import { DEFAULT_FILM_LIMITS } from '../dist/serve/film-limits.js';
import { DEFAULT_MAX_WANTS } from '../dist/serve/options.js';
import { MAX_LEVEL } from '../dist/tile/grid.js';

const inPackage = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

if (!existsSync(inPackage('cache/cache.json'))) {
  await cp(inPackage('cache-template'), inPackage('cache'), { recursive: true });
}
const server = await serveMap(inPackage('cache'), '127.0.0.1', [8080, 0], {
  version: JSON.parse(readFileSync(inPackage('package.json'), 'utf8')).version,
  wants: true,
  maxWants: DEFAULT_MAX_WANTS,
  maxLevel: MAX_LEVEL,
  // Nobody but whoever sits at this machine can ask for films.
  films: { ...DEFAULT_FILM_LIMITS, threads: 1, leader: `start-${process.pid} on ${hostname()}` },
  trustProxy: false,
  logger: pino({ level: 'warn' }, pino.destination(2)),
});
process.stdout.write(`The map: ${server.url}\n`);
process.argv.splice(2, 0, '--cache', inPackage('cache'));
try {
  await start();
} finally {
  await server.close();
}
