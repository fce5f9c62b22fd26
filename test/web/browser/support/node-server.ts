import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pictureOf } from '../../support/fake-server.js';

/** How a server behaves; all of it may be changed while it runs. */
export interface Manners {
  /** Whether it answers requests for a part of a file by that part. */
  ranges: boolean;
  /** What it sends for a file that is missing. */
  missing: 'not found' | 'page' | 'blank';
  /** Milliseconds before each answer. */
  delay: number;
  /** Answers each request for a tile by HTTP 500. */
  isFailing: boolean;
  /** Sends half of each tile, and cuts the connection. */
  isCutting: boolean;
  /** Milliseconds before the answer for a path. */
  readonly slow: Map<string, number>;
  /** Sent instead of files, by path. */
  readonly instead: Map<string, string | Uint8Array>;
}

/** One request. */
export interface Asked {
  readonly path: string;
  readonly range: string | null;
  readonly status: number;
}

const TYPES: Record<string, string> = {
  html: 'text/html',
  json: 'application/json',
  txt: 'text/plain',
  png: 'image/png',
};

/** A static web server whose manners a test chooses. */
export class NodeServer {
  readonly manners: Manners = {
    ranges: true,
    missing: 'not found',
    delay: 0,
    isFailing: false,
    isCutting: false,
    slow: new Map(),
    instead: new Map(),
  };
  /** All requests, in their order. */
  readonly asked: Asked[] = [];
  readonly #folder: string;
  #server: Server | null = null;
  #port = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the cache is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Starts it; after {@link stop}, at the same port. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** Ends it, and all connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** How often tiles were asked for. */
  get tiles(): number {
    return this.asked.filter(({ path }) => path.startsWith('/tile/')).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    const range = request.headers.range ?? null;
    const isTile = path.startsWith('/tile/');
    const { manners } = this;
    const end = (status: number, type: string, body: string | Uint8Array, headers = {}): void => {
      this.asked.push({ path, range, status });
      const bytes = Buffer.from(body as Uint8Array);
      response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
      if (isTile && manners.isCutting) {
        response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
        return;
      }
      response.end(bytes);
    };
    const pause = manners.slow.get(path) ?? manners.delay;
    if (pause > 0) await delay(pause);
    if (isTile && manners.isFailing) return end(500, 'text/plain', 'failed');
    const file = path === '/' ? '/index.html' : path;
    const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const bytes = await this.#read(file);
    if (bytes === null) {
      if (manners.missing === 'page') return end(200, 'text/html', '<!doctype html><title>Oh</title>');
      if (manners.missing === 'blank' && isTile) return end(200, 'image/png', pictureOf('blank'));
      return end(404, 'text/plain', 'not found');
    }
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? -1);
    if (!manners.ranges || from < 0) return end(200, type, bytes);
    if (from >= bytes.length) return end(416, type, '', { 'content-range': `bytes */${bytes.length}` });
    end(206, type, bytes.subarray(from), {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
  }

  async #read(file: string): Promise<Uint8Array | null> {
    const instead = this.manners.instead.get(file);
    if (instead !== undefined) return Buffer.from(instead as Uint8Array);
    return await readFile(join(this.#folder, file)).catch(() => null);
  }
}
