import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';

/** A scrape takes milliseconds; whoever takes longer to ask is cut off, in milliseconds. */
const REQUEST_MS = 10_000;
/** Connections at a time: one or two scrapers need no more. */
const MAX_CONNECTIONS = 16;
/** At the end, a scrape that is under way has so long, in milliseconds. */
const LAST_MS = 1000;

/** Serves `GET /metrics`, and nothing else, over plain HTTP. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Begins to listen.
   *
   * @param port 0 for any that is free
   * @throws a system error, such as EADDRINUSE
   */
  static async listen(metrics: Metrics, host: string, port: number): Promise<MetricsServer> {
    const server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 },
      (request, response) => void answer(metrics, request, response),
    );
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(port, host);
    await once(server, 'listening');
    return new MetricsServer(server);
  }

  /** Where it listens. */
  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${isIPv6(address) ? `[${address}]` : address}:${port}/metrics`;
  }

  /** Listens no more; ends when the last answer was given. */
  async close(): Promise<void> {
    const cutOff = setTimeout(() => this.#server.closeAllConnections(), LAST_MS);
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
    clearTimeout(cutOff);
  }
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const end = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
    const type = { 'Content-Type': 'text/plain; charset=utf-8' };
    response.writeHead(status, { ...type, ...headers }).end(method === 'HEAD' ? undefined : text);
  };
  if (url.split('?', 1)[0] !== '/metrics') {
    end(404, 'expected /metrics\n');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    end(405, 'expected GET\n', { Allow: 'GET, HEAD' });
    return;
  }
  try {
    end(200, await metrics.text(), { 'Content-Type': metrics.contentType });
  } catch (error) {
    end(500, `${String(error)}\n`);
  }
}
