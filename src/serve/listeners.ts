import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';

/** Listeners at a time; each costs an open connection. */
const MAX_LISTENERS = 512;
/** Bytes that may wait for a listener who does not read; one who has more is cut off, and comes again when it can. */
const MAX_WAITING = 2 ** 18;
/** A comment so often, in milliseconds: proxies cut silent connections, mostly after 60 s. */
const KEEP_ALIVE_MS = 15_000;
/** After which a page comes again when it was cut off, in milliseconds. */
const RETRY_MS = 3000;

/** An event, by its name. */
export type EventName = 'boring' | 'tiles' | 'status' | 'progress' | 'ended';

/** Those who listen to the server-sent events of `/api/events`, or of a film. */
export class Listeners {
  readonly #open = new Set<ServerResponse>();
  #keepAlive: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether one more may come. */
  get hasRoom(): boolean {
    return !this.#isClosed && this.#open.size < MAX_LISTENERS;
  }

  /** Begins to tell somebody. The response is ended by {@link close}, or by the other side. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would gather events until it has some kilobytes of them.
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    response.on('error', () => undefined);
    response.once('close', () => this.#remove(response));
    this.#open.add(response);
    this.#keepAlive ??= setInterval(() => this.#write(':\n\n'), KEEP_ALIVE_MS).unref();
  }

  /**
   * Tells all, or one.
   *
   * @param data one line
   */
  tell(event: EventName, data: string, only?: ServerResponse): void {
    this.#write(`event: ${event}\ndata: ${data}\n\n`, only ? [only] : this.#open);
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true;
    for (const response of this.#open) response.end();
  }

  #write(text: string, to: Iterable<ServerResponse> = this.#open): void {
    for (const response of to) {
      if (response.writableLength > MAX_WAITING) response.destroy();
      else response.write(text);
    }
  }

  #remove(response: ServerResponse): void {
    this.#open.delete(response);
    if (this.#open.size > 0 || this.#keepAlive === null) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = null;
  }
}

/** Makes a request that of a listener, with the headers that its answer has so far. */
export function addListener(listeners: Listeners, reply: FastifyReply): ServerResponse {
  const headers = Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
  reply.hijack();
  listeners.add(reply.raw, headers);
  return reply.raw;
}
