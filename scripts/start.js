// `npm start`: renders into ./cache, which is copied from cache-template/ when there is none. Options go to the daemon:
// npm start -- --workers 1
import { cp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { start } from '../dist/cli/start.js';

const inPackage = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

if (!existsSync(inPackage('cache/cache.json'))) {
  await cp(inPackage('cache-template'), inPackage('cache'), { recursive: true });
}
process.argv.splice(2, 0, '--cache', inPackage('cache'));
await start();
