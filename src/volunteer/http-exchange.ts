import { HubError } from './hub-error.js';

/** One request. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Bytes of the answer at the most. */
  readonly limit: number;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** What came back, whatever its status. */
export interface Answer {
  readonly status: number;
  /** Media type without parameters, in small letters. */
  readonly type: string;
  /** Seconds; null when there is no such number. */
  readonly retryAfter: number | null;
  readonly location: string | null;
  readonly body: Uint8Array;
}

/**
 * Sends a request and takes the answer in, of bounded size and time. Redirects are not followed: the token is for one address.
 *
 * @throws HubError EAWAY, ENOTHUB for a longer answer, EABORTED
 */
export async function exchange(request: Request): Promise<Answer> {
  const { method, url, headers, body, limit, timeout, signal } = request;
  const end = new AbortController();
  const abort = (): void => end.abort();
  const timer = setTimeout(abort, timeout);
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) throw new HubError('EABORTED', 'not wanted any more');
    const init = { method, headers, redirect: 'manual', signal: end.signal } as const;
    const response = await fetch(
      url,
      body === undefined ? init : { ...init, body: body as NonNullable<RequestInit['body']> },
    );
    const { status } = response;
    const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
    return {
      status,
      type: (response.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase(),
      retryAfter: retryAfter >= 0 ? retryAfter : null,
      location: response.headers.get('location'),
      body: await readBounded(response, limit),
    };
  } catch (error) {
    if (error instanceof HubError) throw error;
    if (signal.aborted) throw new HubError('EABORTED', 'not wanted any more', null, { cause: error });
    if (end.signal.aborted) {
      const seconds = Math.round(timeout / 1000);
      throw new HubError('EAWAY', `no complete answer within ${seconds} s`, null, { cause: error });
    }
    throw new HubError('EAWAY', reasonOf(error), null, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** The body; what is beyond the limit is not read. */
async function readBounded(response: Response, limit: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(parts);
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => undefined);
      throw new HubError('ENOTHUB', `expected an answer of at most ${limit} bytes, got more`);
    }
    parts.push(value);
  }
}

/** "fetch failed" says nothing: its cause does. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return cause.message !== '' ? cause.message : (code ?? cause.name);
}
