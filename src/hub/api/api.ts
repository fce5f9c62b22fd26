import { parseCookie } from 'cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { networkOf, RateLimit } from '../../serve/rate-limit.js';
import { API } from '../../wire/messages.js';
import { MAX_RESULT_BYTES, RESULT_TYPE } from '../../wire/result-codec.js';
import type { Account, Accounts } from '../accounts.js';
import { HubError, STATUS_OF } from '../hub-error.js';
import { Gate } from './gate.js';
import { openApi } from './openapi.js';
import { MEDIA_TYPE, type Route } from './route.js';

/** Name of a session's cookie. */
export const SESSION_COOKIE = 'mandeld_session';
/** Bytes of a body of JSON. */
const MAX_JSON = 65_536;
/** Requests that a network may make at once, and in every further second: some dozens of volunteers, or one person who clicks. */
const ALLOWED = { burst: 600, perSecond: 60 } as const;
/** Uploads that are on their way at a time, of all and of one network: each may be of 2 MB. A volunteer's program sends 8. */
const UPLOADS = { most: 256, mostOfOne: 64 } as const;
/** Whoever asks nobody in particular. */
const NOBODY: Account = { id: 0, name: '', role: 'user' };

/** What the interface is made of. */
export interface ApiParts {
  readonly accounts: Accounts;
  readonly routes: readonly Route[];
  readonly version: string;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  readonly onError: (error: unknown, path: string) => void;
}

/** The hub's interface over HTTP, in a scope of its own. */
export async function addApi(
  app: FastifyInstance,
  { accounts, routes, version, clock, onError }: ApiParts,
): Promise<void> {
  const limit = new RateLimit(clock, ALLOWED.burst, ALLOWED.perSecond);
  const uploads = new Gate(UPLOADS.most, UPLOADS.mostOfOne);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_JSON },
    async (_request: FastifyRequest, body: string) => parseJson(body),
  );
  app.addContentTypeParser(
    RESULT_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_RESULT_BYTES },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  app.setErrorHandler((error, _request, reply) =>
    sendFailure(reply, error, (unknown) => onError(unknown, _request.url)),
  );
  const callers = new WeakMap<FastifyRequest, Account>();
  for (const one of routes) {
    app.route({
      method: one.method,
      url: `${API}${one.path}`,
      bodyLimit: one.body === 'result' ? MAX_RESULT_BYTES : MAX_JSON,
      // Before the body is read: of whoever may not ask, nothing is kept in memory.
      onRequest: async (request, reply) => {
        if (!limit.take(networkOf(request.ip)))
          throw new HubError('ERATE', 'Too many requests at once. Wait some seconds.', 10);
        callers.set(request, await askerOf(one, accounts, request));
        if (one.body !== 'result') return;
        const leave = uploads.enter(networkOf(request.ip));
        if (leave === null)
          throw new HubError('EBUSY', 'Too many uploads at once. Try again in some seconds.', 5);
        reply.raw.once('close', leave);
      },
      handler: async (request, reply) => {
        const answer = await one.handle({
          account: callers.get(request) ?? NOBODY,
          ids: idsOf(request),
          query: checkQuery(one, request),
          body: checkBody(one, request),
          origin: networkOf(request.ip),
          reply,
        });
        reply.code(one.status);
        if (one.answer !== 'picture') reply.header('Cache-Control', 'no-store');
        if (one.answer === null) return await reply.send();
        if (typeof one.answer === 'string') return await reply.type(MEDIA_TYPE[one.answer]).send(answer);
        return await reply.type('application/json').send(JSON.stringify(answer));
      },
    });
  }
  const document = JSON.stringify(openApi(routes, version));
  app.get(`${API}/openapi.json`, async (_request, reply) => reply.type('application/json').send(document));
  const known = routes.map(({ path, method }) => ({
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  }));
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: `${API}/*`,
    onRequest: async (request, reply) => refuse(known, request, reply),
    handler: () => undefined,
  });
}

/** Of what there is no route. @throws HubError ENONE, EMETHOD */
function refuse(
  known: readonly { readonly pattern: RegExp; readonly methods: readonly string[] }[],
  { url, method }: FastifyRequest,
  reply: FastifyReply,
): never {
  const path = url.slice(API.length);
  const allowed = known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
  if (allowed.length === 0)
    throw new HubError('ENONE', `There is nothing of this name; ${API}/openapi.json says what there is.`);
  reply.header('Allow', allowed.join(', '));
  throw new HubError('EMETHOD', `expected ${allowed.join(' or ')}, got ${method}`);
}

/** @throws HubError as {@link whoAsks}, where a visitor will not do; EFORBIDDEN for a token where a person is needed */
async function askerOf({ by }: Route, accounts: Accounts, request: FastifyRequest): Promise<Account> {
  if (by === 'person' && request.headers.authorization !== undefined)
    throw new HubError('EFORBIDDEN', 'A token may not do this: sign in on your page.');
  if (by === 'account' || by === 'person') return await whoAsks(accounts, request);
  const isKnown = request.headers.authorization !== undefined || sessionOf(request) !== null;
  if (by === 'anybody' || !isKnown) return NOBODY;
  return await whoAsks(accounts, request).catch((error: unknown) => {
    if (error instanceof HubError) return NOBODY;
    throw error;
  });
}

/** @throws HubError ETOKEN, EFORBIDDEN */
async function whoAsks(accounts: Accounts, request: FastifyRequest): Promise<Account> {
  const [, token] = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) {
    const account = await accounts.tokens.ownerOf(token);
    if (account === null)
      throw new HubError(
        'ETOKEN',
        'This token is not known, or it was revoked. Make a new one on your page.',
      );
    return account;
  }
  const secret = sessionOf(request);
  if (secret === null)
    throw new HubError('ETOKEN', 'expected a token (Authorization: Bearer ...) or a session: sign in first.');
  assertSameOrigin(request);
  const account = await accounts.ofSession(secret);
  if (account === null) throw new HubError('ETOKEN', 'This session is over. Sign in again.');
  return account;
}

/** The secret of a browser's session. */
export function sessionOf(request: FastifyRequest): string | null {
  return cookieOf(request, SESSION_COOKIE);
}

/** A cookie of the hub's. */
export function cookieOf({ headers }: FastifyRequest, name: string): string | null {
  const text = parseCookie(headers.cookie?.slice(0, 8192) ?? '')[name];
  return text === undefined || text.length > 200 ? null : text;
}

/** A page of another origin must not act for whoever looks at it. Browsers send neither this cookie nor these headers falsely. */
function assertSameOrigin({ method, headers, host }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const isOwn = site === undefined ? origin !== undefined && hostOf(origin) === host : site === 'same-origin';
  if (!isOwn) throw new HubError('EFORBIDDEN', 'This was sent by a page of another site.');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function idsOf(request: FastifyRequest): Record<string, number> {
  return Object.fromEntries(
    Object.entries(request.params as Record<string, string>).map(([name, text]) => {
      if (!/^[1-9][0-9]{0,14}$/.test(text))
        throw new HubError('ENONE', `There is no ${name} of that number.`);
      return [name, Number(text)];
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HubError('EBODY', 'expected JSON');
  }
}

/** @throws HubError EBODY */
function checkQuery({ query = {} }: Route, request: FastifyRequest): Record<string, string | undefined> {
  const { searchParams } = new URL(request.originalUrl, 'http://hub');
  return Object.fromEntries(
    Object.entries(query).map(([name, type]) => {
      const text = searchParams.get(name) ?? undefined;
      // The database could not even be asked for some of them.
      if (text !== undefined && /\p{Cc}/u.test(text))
        throw new HubError('EBODY', `?${name}=: expected text without control characters`);
      const checked = type.safeParse(text);
      if (checked.success) return [name, checked.data];
      throw new HubError('EBODY', `?${name}=: ${z.prettifyError(checked.error)}`);
    }),
  );
}

/** @throws HubError EBODY with all that is wrong */
function checkBody({ body }: Route, request: FastifyRequest): unknown {
  if (body === null) return null;
  if (body === 'result') {
    if (Buffer.isBuffer(request.body)) return request.body;
    throw new HubError('EBODY', `expected a body of the type ${RESULT_TYPE}`);
  }
  if (Buffer.isBuffer(request.body)) throw new HubError('EBODY', 'expected JSON');
  const checked = body.safeParse(request.body);
  if (checked.success) return checked.data;
  throw new HubError('EBODY', z.prettifyError(checked.error).slice(0, 2000));
}

type HttpError = Error & { readonly statusCode?: number };

/** Every error is JSON with a stable code; of what went wrong inside, nobody outside hears anything. */
function sendFailure(reply: FastifyReply, error: unknown, onError: (error: unknown) => void): FastifyReply {
  reply.header('Cache-Control', 'no-store').type('application/json');
  if (error instanceof HubError) {
    if (error.retryAfter !== null) reply.header('Retry-After', `${Math.ceil(error.retryAfter)}`);
    return reply
      .code(STATUS_OF[error.code])
      .send(JSON.stringify({ error: error.code, message: error.message }));
  }
  const { statusCode = 500, message } = error as HttpError;
  if (statusCode < 500) return reply.code(statusCode).send(JSON.stringify({ error: 'EBODY', message }));
  onError(error);
  reply.header('Retry-After', '10');
  return reply.code(503).send(
    JSON.stringify({
      error: 'EBUSY',
      message: 'The hub cannot do this just now. Try again in some seconds.',
    }),
  );
}
