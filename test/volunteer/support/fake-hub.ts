import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ALGORITHM_VERSION, FORMAT_VERSION } from '../../../src/cache/settings.js';
import type { Address } from '../../../src/tile/address.js';
import {
  API,
  checkoutRequest,
  extendRequest,
  returnRequest,
  type Failure,
} from '../../../src/wire/messages.js';
import { decodeResult, RESULT_TYPE } from '../../../src/wire/result-codec.js';

/** The token that it knows. */
export const TOKEN = 'volunteer-7';

/** A lease as the hub keeps it. */
export interface HubLease {
  readonly lease: number;
  readonly attempt: number;
  readonly address: Address;
  state: 'held' | 'uploaded' | 'returned' | 'expired' | 'failed';
  expires: number;
  extended: number;
  reason?: string | undefined;
}

/** What it was asked. */
export interface Seen {
  readonly method: string;
  /** Below /api/v1. */
  readonly path: string;
  readonly authorization: string | undefined;
}

/** Answers in the hub's place; returns whether it has. */
export type Misbehaviour = (
  request: Seen,
  response: ServerResponse,
  bytes: Buffer,
) => boolean | Promise<boolean>;

/** The protocol of docs/hub.md over tiles in memory; it can be told to misbehave. */
export class FakeHub {
  /** Seconds. */
  leaseSeconds = 60;
  /** Seconds after which a volunteer is to ask again. */
  retryAfter = 1;
  misbehave: Misbehaviour | null = null;
  /** Tiles that are to be done: the first ones first. */
  readonly queue: Address[];
  readonly leases: HubLease[] = [];
  readonly results = new Map<Address, Buffer[]>();
  readonly seen: Seen[] = [];
  readonly #raws: ReadonlyMap<Address, Uint8Array>;
  readonly #prefix: string;
  #server: Server | null = null;
  #port = 0;

  private constructor(raws: ReadonlyMap<Address, Uint8Array>, prefix: string) {
    this.#raws = raws;
    this.#prefix = prefix;
    this.queue = [...raws.keys()];
  }

  /** Starts one; it ends with the test. */
  static async start(raws: ReadonlyMap<Address, Uint8Array>, prefix = ''): Promise<FakeHub> {
    const hub = new FakeHub(raws, prefix);
    await hub.up();
    onTestFinished(async () => await hub.down());
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#prefix}`;
  }

  /** Leases of one state. */
  count(state: HubLease['state']): number {
    return this.leases.filter((lease) => lease.state === state).length;
  }

  /** Listens at the same port as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#receive(request, response));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts all connections and is away. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Takes all leases away, as if their time had run out. */
  expireAll(): void {
    for (const lease of this.leases) if (lease.state === 'held') this.#expire(lease);
  }

  #expire(lease: HubLease): void {
    lease.state = 'expired';
    this.queue.push(lease.address);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return; // the connection was cut
    }
    const bytes = Buffer.concat(parts);
    const start = `${this.#prefix}${API}`;
    const url = request.url ?? '';
    if (!url.startsWith(start)) return fail(response, 404, 'ENOTFOUND');
    const { authorization } = request.headers;
    const seen = { method: request.method ?? '', path: url.slice(start.length), authorization };
    this.seen.push(seen);
    if (this.misbehave && (await this.misbehave(seen, response, bytes))) return undefined;
    if (authorization !== `Bearer ${TOKEN}`) return fail(response, 401, 'ETOKEN');
    for (const lease of this.leases) {
      if (lease.state === 'held' && lease.expires < performance.now()) this.#expire(lease);
    }
    if (seen.path === '/checkout') return this.#checkOut(bytes, response);
    const [, id, rest] = /^\/leases\/(\d+)(?:\/(.*))?$/.exec(seen.path) ?? [];
    const lease = this.leases.find((one) => one.lease === Number(id));
    if (!lease) return fail(response, 404, 'ENOLEASE');
    if (rest === 'raw') return void response.end(this.#raws.get(lease.address));
    if (rest === 'extend') return this.#extend(lease, bytes, response);
    if (rest === 'return') return this.#takeBack(lease, bytes, response);
    if (rest === `result?attempt=${lease.attempt}`) {
      if (request.headers['content-type'] !== RESULT_TYPE) return fail(response, 415, 'ETYPE');
      return this.#takeIn(lease, bytes, response);
    }
    return fail(response, 404, 'ENOTFOUND');
  }

  #checkOut(bytes: Buffer, response: ServerResponse): void {
    const { count, format, algorithm } = checkoutRequest.parse(JSON.parse(String(bytes)));
    if (format !== FORMAT_VERSION || algorithm !== ALGORITHM_VERSION) return fail(response, 409, 'EVERSION');
    const leases = this.queue.splice(0, count).map((address) => {
      const lease = this.leases.length + 1;
      const attempt = this.leases.filter((one) => one.address === address).length + 1;
      const expires = performance.now() + 1000 * this.leaseSeconds;
      this.leases.push({ lease, attempt, address, state: 'held', expires, extended: 0 });
      return { lease, attempt, address, expires: new Date().toISOString(), seconds: this.leaseSeconds };
    });
    return json(response, 200, { leases, retryAfter: this.retryAfter });
  }

  #extend(lease: HubLease, bytes: Buffer, response: ServerResponse): void {
    const { attempt } = extendRequest.parse(JSON.parse(String(bytes)));
    if (lease.state !== 'held' || attempt !== lease.attempt) return fail(response, 409, 'ELEASE');
    lease.extended++;
    lease.expires = performance.now() + 1000 * this.leaseSeconds;
    return json(response, 200, { lease: lease.lease, state: 'held', seconds: this.leaseSeconds });
  }

  #takeBack(lease: HubLease, bytes: Buffer, response: ServerResponse): void {
    const { attempt, reason } = returnRequest.parse(JSON.parse(String(bytes)));
    if (lease.state !== 'held' || attempt !== lease.attempt) return fail(response, 409, 'ELEASE');
    lease.state = reason === undefined ? 'returned' : 'failed';
    lease.reason = reason;
    if (reason === undefined) this.queue.push(lease.address);
    return json(response, 200, { lease: lease.lease, state: lease.state, seconds: 0 });
  }

  #takeIn(lease: HubLease, bytes: Buffer, response: ServerResponse): void {
    if (lease.state !== 'held' && lease.state !== 'uploaded') return fail(response, 409, 'ELEASE');
    decodeResult(bytes);
    lease.state = 'uploaded';
    this.results.set(lease.address, [...(this.results.get(lease.address) ?? []), bytes]);
    return json(response, 202, { result: lease.lease, state: 'pending' });
  }
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers with an error of the hub. */
export function fail(response: ServerResponse, status: number, error: string): void {
  json(response, status, { error, message: `no such luck (${error}).` } satisfies Failure);
}
