import { stringifySetCookie } from 'cookie';
import * as z from 'zod';
import { RateLimit } from '../../serve/rate-limit.js';
import { API } from '../../wire/messages.js';
import type { Accounts } from '../accounts.js';
import type { Database } from '../db/database.js';
import { historyOf, standingOf } from '../history.js';
import { HubError } from '../hub-error.js';
import { leaderboard } from '../ledger.js';
import { cookieOf, SESSION_COOKIE, sessionOf } from './api.js';
import { route, type Route } from './route.js';
import { SignIns } from './sign-ins.js';

/** Accounts that a network may make at once, and in every further second. */
const SIGN_UPS = { burst: 10, perSecond: 1 / 600 } as const;
/** Name of the cookie by which a browser is known that has been signed in before, and how long it is kept, in seconds. */
const DEVICE_COOKIE = 'mandeld_device';
const DEVICE_SECONDS = 365 * 86_400;
/** How long a session's cookie is kept, in seconds. */
const SESSION_SECONDS = 30 * 86_400;
/** Lines of a leaderboard. */
const MAX_STANDINGS = 100;

const name = z.string().max(100);
const password = z.string().max(1000);
const number = z.number();
const time = z.iso.datetime();
const nullableTime = time.nullable();

const person = z.object({ id: number, name, role: z.enum(['user', 'curator', 'admin']) });
const token = z.object({ id: number, name, created: time, used: nullableTime, revoked: nullableTime });
const standing = z.object({ name, beans: number, tiles: number });
const result = z.object({
  id: number,
  address: z.string(),
  state: z.enum(['pending', 'valid', 'false']),
  proof: z.enum(['replica', 'recomputed', 'alone']).nullable(),
  reason: z.string().nullable(),
  beans: number,
  received: time,
  decided: nullableTime,
});

/** What these routes work with. */
export interface AccountParts {
  readonly db: Database;
  readonly accounts: Accounts;
  /** Whether cookies may travel over plain HTTP: only where the hub is asked on this machine or behind no proxy. */
  readonly isSecure: boolean;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Signing up and in, tokens, what became of one's results, and who has most beans. */
export function accountRoutes({ db, accounts, isSecure, clock, sleep }: AccountParts): Route[] {
  const { tokens } = accounts;
  const signUps = new RateLimit(clock, SIGN_UPS.burst, SIGN_UPS.perSecond);
  const signIns = new SignIns({ accounts, clock, sleep });
  const cookie = (of: typeof SESSION_COOKIE | typeof DEVICE_COOKIE, value: string, maxAge: number): string =>
    stringifySetCookie(of, value, {
      httpOnly: true,
      sameSite: 'strict',
      secure: isSecure,
      path: of === DEVICE_COOKIE ? API : '/',
      maxAge,
    });
  return [
    route({
      method: 'POST',
      path: '/accounts',
      summary: 'Signs up',
      by: 'anybody',
      body: z.strictObject({ name, password }),
      answer: person,
      status: 201,
      handle: async ({ body, origin }) => {
        if (!signUps.take(origin))
          throw new HubError('ERATE', 'Too many accounts from your network. Wait some minutes.', 600);
        return await accounts.signUp(body.name, body.password);
      },
    }),
    route({
      method: 'POST',
      path: '/session',
      summary: 'Signs in: the answer sets a cookie',
      by: 'anybody',
      body: z.strictObject({ name, password }),
      answer: person,
      status: 200,
      handle: async ({ body, origin, reply }) => {
        const device = cookieOf(reply.request, DEVICE_COOKIE);
        const account = await signIns.check({ ...body, origin, device });
        const session = await accounts.openSession(account.id);
        reply.header('Set-Cookie', [
          cookie(SESSION_COOKIE, session, SESSION_SECONDS),
          cookie(DEVICE_COOKIE, await accounts.newDevice(account.id), DEVICE_SECONDS),
        ]);
        return account;
      },
    }),
    route({
      method: 'GET',
      path: '/session',
      summary: 'Who is signed in; null when nobody is',
      by: 'visitor',
      body: null,
      answer: z.object({ account: person.nullable() }),
      status: 200,
      handle: async ({ account }) => await Promise.resolve({ account: account.id === 0 ? null : account }),
    }),
    route({
      method: 'DELETE',
      path: '/session',
      summary: 'Signs out',
      by: 'account',
      body: null,
      answer: null,
      status: 204,
      handle: async ({ reply }) => {
        const secret = sessionOf(reply.request);
        if (secret !== null) await accounts.closeSession(secret);
        reply.header('Set-Cookie', cookie(SESSION_COOKIE, '', 0));
        return null;
      },
    }),
    route({
      method: 'GET',
      path: '/me',
      summary: 'Who asks, and how many beans that is',
      by: 'account',
      body: null,
      answer: person.extend({ beans: number, valid: number, pending: number, false: number, streak: number }),
      status: 200,
      handle: async ({ account }) => ({ ...account, ...(await standingOf(db, account.id)) }),
    }),
    route({
      method: 'DELETE',
      path: '/me',
      summary: 'Deletes the account: name, password, sessions and tokens; the ledger keeps its lines',
      by: 'person',
      body: z.strictObject({ password }),
      answer: null,
      status: 204,
      handle: async ({ account, body, origin, reply }) => {
        const device = cookieOf(reply.request, DEVICE_COOKIE);
        await signIns.check({ name: account.name, password: body.password, origin, device });
        await accounts.delete(account.id);
        reply.header('Set-Cookie', [cookie(SESSION_COOKIE, '', 0), cookie(DEVICE_COOKIE, '', 0)]);
        return null;
      },
    }),
    route({
      method: 'GET',
      path: '/me/results',
      summary: 'What became of one’s results, the latest first',
      by: 'account',
      body: null,
      query: {
        before: z
          .string()
          .regex(/^[1-9][0-9]{0,14}$/)
          .optional()
          .describe('number of a result: those before it'),
      },
      answer: z.object({ results: z.array(result) }),
      status: 200,
      handle: async ({ account, query }) => ({
        results: await historyOf(
          db,
          account.id,
          query['before'] === undefined ? null : Number(query['before']),
        ),
      }),
    }),
    route({
      method: 'GET',
      path: '/tokens',
      summary: 'One’s tokens',
      by: 'account',
      body: null,
      answer: z.object({ tokens: z.array(token) }),
      status: 200,
      handle: async ({ account }) => ({
        tokens: (await tokens.list(account.id)).map(({ created, used, revoked, ...rest }) => ({
          ...rest,
          created: created.toISOString(),
          used: used?.toISOString() ?? null,
          revoked: revoked?.toISOString() ?? null,
        })),
      }),
    }),
    route({
      method: 'POST',
      path: '/tokens',
      summary: 'A new token for a program; it is told this once',
      by: 'person',
      body: z.strictObject({ name: z.string() }),
      answer: z.object({ id: number, secret: z.string() }),
      status: 201,
      handle: async ({ account, body }) => await tokens.make(account.id, body.name),
    }),
    route({
      method: 'DELETE',
      path: '/tokens/:token',
      summary: 'Revokes a token',
      by: 'person',
      body: null,
      answer: null,
      status: 204,
      handle: async ({ account, ids }) => {
        await tokens.revoke(account.id, ids.token);
        return null;
      },
    }),
    route({
      method: 'GET',
      path: '/leaderboard',
      summary: 'Who has most beans',
      by: 'anybody',
      body: null,
      query: { span: z.enum(['all', 'week']).optional().describe('all times, or the last week') },
      answer: z.object({ standings: z.array(standing) }),
      status: 200,
      handle: async ({ query }) => ({
        standings: await leaderboard(db, query['span'] === 'week' ? 'week' : 'all', MAX_STANDINGS),
      }),
    }),
  ];
}
