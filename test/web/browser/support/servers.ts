import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { start } from '../../../e2e/support/mandeld.js';
import { pictureOf } from '../../support/fake-server.js';
import { NodeServer, type Manners } from './node-server.js';

/** A server of a folder. */
export interface Serving {
  /** Of the folder, with a slash at its end. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Servers that the map is tried on. */
export interface ServerKind {
  readonly name: string;
  /** Whether it is installed here. */
  readonly isThere: boolean;
  readonly start: (folder: string) => Promise<Serving>;
}

const isInstalled = (program: string): boolean => spawnSync(program, ['-v']).error === undefined;

/** All of them. */
export const SERVERS: readonly ServerKind[] = [
  { name: 'mandeld serve', isThere: true, start: mandeldServe },
  { name: 'node', isThere: true, start: async (folder) => await node(folder) },
  {
    name: 'node, without ranges',
    isThere: true,
    start: async (folder) => await node(folder, { ranges: false }),
  },
  { name: 'python', isThere: isInstalled('python3'), start: python },
  {
    name: 'nginx',
    isThere: isInstalled('nginx'),
    start: async (folder) => await nginx(folder, '=404'),
  },
  {
    name: 'nginx, a blank picture for a missing tile',
    isThere: isInstalled('nginx'),
    start: async (folder) => await nginx(folder, '/missing/blank.png'),
  },
  {
    name: 'nginx, a page for a missing tile',
    isThere: isInstalled('nginx'),
    start: async (folder) => await nginx(folder, '/missing/page.html'),
  },
];

async function node(folder: string, manners: Partial<Manners> = {}): Promise<Serving> {
  const server = new NodeServer(folder);
  Object.assign(server.manners, manners);
  await server.start();
  return { url: server.url, stop: async () => await server.stop() };
}

async function mandeldServe(folder: string): Promise<Serving> {
  const server = start(['serve', folder, '--port', '0', '--json']);
  for (let tries = 0; tries < 200 && !server.out.includes('\n'); tries++) await delay(50);
  const [line] = server.out.split('\n');
  if (line === '') throw new Error(`expected a server, got ${server.err}`);
  const { url } = JSON.parse(line) as { url: string };
  return { url, stop: async () => void (await server.kill('SIGTERM')) };
}

async function python(folder: string): Promise<Serving> {
  const port = await freePort();
  const args = ['-m', 'http.server', `${port}`, '--bind', '127.0.0.1', '--directory', folder];
  return await ready(spawn('python3', args, { stdio: 'ignore' }), port);
}

async function nginx(folder: string, missing: string): Promise<Serving> {
  const port = await freePort();
  const own = await mkdtemp(join(tmpdir(), 'mandeld-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${own}/${name};`)
    .join('\n');
  const isRoot = process.getuid?.() === 0;
  await writeFile(join(own, 'blank.png'), pictureOf('blank'));
  await writeFile(join(own, 'page.html'), '<!doctype html><title>Not here</title>');
  await writeFile(
    join(own, 'nginx.conf'),
    `${isRoot ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${own}/pid;
error_log ${own}/error.log;
events {}
http {
  ${temporary}
  types { text/html html; text/plain txt; application/json json; image/png png; }
  access_log off;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location /tile/ { try_files $uri ${missing}; }
    location /missing/ { internal; alias ${own}/; }
  }
}
`,
  );
  const child = spawn('nginx', ['-c', join(own, 'nginx.conf'), '-p', own], { stdio: 'ignore' });
  return await ready(child, port, async () => await rm(own, { recursive: true, force: true }));
}

/** Waits until a server answers. */
async function ready(
  child: ChildProcess,
  port: number,
  tidy: () => Promise<void> = async () => undefined,
): Promise<Serving> {
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    await tidy();
  };
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) return { url, stop };
    await delay(50);
  }
  await stop();
  throw new Error(`expected a server at ${url}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
