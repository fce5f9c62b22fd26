import { ALGORITHM_VERSION, FORMAT_VERSION } from '../cache/settings.js';
import { MAX_RAW_BYTES } from '../tile/raw.js';
import {
  API,
  checkoutAnswer,
  failure,
  leaseReport,
  receipt,
  type CheckoutAnswer,
  type CheckoutRequest,
  type LeaseReport,
  type Receipt,
} from '../wire/messages.js';
import { RESULT_TYPE } from '../wire/result-codec.js';
import { exchange, type Answer, type Request } from './http-exchange.js';
import type { HubAddress } from './hub-address.js';
import { HubError, plainText } from './hub-error.js';

/** The lease that a request is about, and which of its tile's leases it is. */
export interface LeaseName {
  readonly lease: number;
  readonly attempt: number;
}

/** How a hub is spoken to. */
export interface HubClientOptions {
  readonly hub: HubAddress;
  readonly token: string;
  /** Names this program. */
  readonly version: string;
  /** Milliseconds for a request that carries no tile; 30 s unless a test is in a hurry. */
  readonly timeout?: number;
}

const TIMEOUT_MS = 30_000;
/** The slowest line that tiles are carried over, in bytes a millisecond. */
const SLOWEST = 8;
/** Bytes of a JSON answer: 64 leases of tiles of level 20,000 are 1.3 MB. */
const MAX_JSON_BYTES = 2 ** 21;

/** A schema of src/wire. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

/** The requests of docs/hub.md, each tried once. All of them throw {@link HubError}, and take nothing on trust. */
export class HubClient {
  readonly #options: HubClientOptions;

  constructor(options: HubClientOptions) {
    this.#options = options;
  }

  /** Asks for tiles. */
  async checkout(count: number, signal: AbortSignal): Promise<CheckoutAnswer> {
    const request = { count, format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION } satisfies CheckoutRequest;
    return await this.#json('/checkout', request, checkoutAnswer, signal);
  }

  /** Asks whether a lease is held, and for more time. */
  async extend({ lease, attempt }: LeaseName, signal: AbortSignal): Promise<LeaseReport> {
    return await this.#json(`/leases/${lease}/extend`, { attempt }, leaseReport, signal);
  }

  /** Gives a tile back. */
  async giveBack({ lease, attempt }: LeaseName, reason: string | null, signal: AbortSignal): Promise<void> {
    const request = reason === null ? { attempt } : { attempt, reason: reason.slice(0, 500) };
    await this.#json(`/leases/${lease}/return`, request, leaseReport, signal);
  }

  /** The bytes of a tile's raw file, not looked into. */
  async raw({ lease }: LeaseName, signal: AbortSignal): Promise<Uint8Array> {
    const path = `/leases/${lease}/raw`;
    const answer = await this.#send(path, { method: 'GET', limit: MAX_RAW_BYTES, signal }, MAX_RAW_BYTES);
    if (answer.status !== 200) throw this.#failureOf(path, answer);
    if (answer.type.includes('html')) throw this.#stranger(path, `a page (${plainText(answer.type)})`);
    return answer.body;
  }

  /** Sends a result. */
  async upload({ lease, attempt }: LeaseName, bytes: Uint8Array, signal: AbortSignal): Promise<Receipt> {
    const path = `/leases/${lease}/result?attempt=${attempt}`;
    const request = { method: 'PUT', body: bytes, limit: MAX_JSON_BYTES, signal } as const;
    const answer = await this.#send(path, request, bytes.length, { 'content-type': RESULT_TYPE });
    return this.#read(path, answer, receipt);
  }

  async #json<T>(path: string, body: object, schema: Schema<T>, signal: AbortSignal): Promise<T> {
    const request = { method: 'POST', body: JSON.stringify(body), limit: MAX_JSON_BYTES, signal } as const;
    return this.#read(
      path,
      await this.#send(path, request, 0, { 'content-type': 'application/json' }),
      schema,
    );
  }

  async #send(
    path: string,
    request: Pick<Request, 'method' | 'body' | 'limit' | 'signal'>,
    bytes: number,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const { hub, token, version, timeout = TIMEOUT_MS } = this.#options;
    return await exchange({
      ...request,
      url: `${hub.url}${API}${path}`,
      headers: { authorization: `Bearer ${token}`, 'user-agent': `mandeld/${version}`, ...headers },
      timeout: timeout + bytes / SLOWEST,
    });
  }

  #read<T>(path: string, answer: Answer, schema: Schema<T>): T {
    if (answer.status < 200 || answer.status > 299) throw this.#failureOf(path, answer);
    const value = parse(answer.body, schema);
    if (value === null) throw this.#stranger(path, `something else (${describe(answer)})`);
    return value;
  }

  /** What an answer that is no success says. */
  #failureOf(path: string, answer: Answer): HubError {
    const { hub } = this.#options;
    const { status, retryAfter } = answer;
    const found = parse(answer.body, failure);
    const said = found ? ` (${plainText(found.error)}: ${plainText(found.message)})` : '';
    if (status === 401) {
      return new HubError('ETOKEN', `${hub.url} does not accept the token${said}`);
    }
    if (status >= 300 && status < 400) {
      return this.#stranger(path, `a redirect to ${destination(answer.location)}, which is not followed`);
    }
    if (status >= 500 || status === 429 || status === 408) {
      return new HubError('EAWAY', `${hub.url} answers ${status}${said}`, retryAfter);
    }
    // From here on the hub itself must have said it.
    if (found === null) return this.#stranger(path, describe(answer));
    if (found.error === 'EVERSION') return new HubError('EVERSION', plainText(found.message));
    const isAboutLease = path.startsWith('/leases/');
    if (isAboutLease && (found.error === 'ELEASE' || status === 404 || status === 410)) {
      return new HubError('ELEASE', plainText(found.message));
    }
    return new HubError('EREFUSED', `${hub.url} answers ${status}${said}`);
  }

  #stranger(path: string, found: string): HubError {
    const { url } = this.#options.hub;
    return new HubError(
      'ENOTHUB',
      `expected an answer of a hub from ${url}${API}${path}, got ${found}; is that the hub’s address?`,
    );
  }
}

/** Null for what the schema does not allow. */
function parse<T>(body: Uint8Array, schema: Schema<T>): T | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
  const checked = schema.safeParse(value);
  return checked.success ? checked.data : null;
}

function describe({ status, type, body }: Answer): string {
  return `${status} with ${body.length} bytes of ${type === '' ? 'no type' : plainText(type)}`;
}

function destination(location: string | null): string {
  return location === null ? 'nowhere' : plainText(location);
}
