import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const contrib = fileURLToPath(new URL('../../../contrib', import.meta.url));
const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** Whether nginx is installed. */
export const HAS_NGINX: boolean = spawnSync('nginx', ['-v'], { env }).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Runs nginx with a configuration of contrib/, in which nothing is changed but the port, the cache, and where mandeld is; until the test ends.
 *
 * @param upstream port of `mandeld serve`, for a configuration that has one behind it
 * @returns where it listens
 */
export async function startNginx(configuration: string, cache: string, upstream = 0): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-nginx-'));
  const port = await freePort();
  const text = await readFile(join(contrib, configuration), 'utf8');
  const site = text
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('/mnt/mandel;', `${cache};`)
    .replace('/usr/local/lib/node_modules/mandeld/contrib', contrib)
    .replace('127.0.0.1:8080', `127.0.0.1:${upstream}`);
  await writeFile(join(folder, 'site.conf'), site);
  // What a distribution's nginx.conf has around a site.
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const main = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      types { text/html html; text/plain txt; application/json json; image/png png; image/jpeg jpg; }
      default_type application/octet-stream;
      access_log off;
      ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join('\n')}
      include ${folder}/site.conf;
    }`;
  await writeFile(join(folder, 'nginx.conf'), main);
  const nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  nginx.stderr.on('data', (piece: Buffer) => (errors += String(piece)));
  onTestFinished(async () => {
    nginx.kill('SIGTERM');
    if (nginx.exitCode === null) await once(nginx, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (nginx.exitCode !== null) throw new Error(`nginx did not start: ${errors}`);
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return url;
    await delay(20);
  }
}
