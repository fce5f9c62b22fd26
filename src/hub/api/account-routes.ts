import { stringifySetCookie } from 'cookie';
import * as z from 'zod';
import { RateLimit } from '../../serve/rate-limit.js';
import { keyOf, type Account, type Accounts } from '../accounts.js';
import type { Database } from '../db/database.js';
import { historyOf, standingOf } from '../history.js';
import { HubError } from '../hub-error.js';
import { leaderboard } from '../ledger.js';
import { Tokens } from '../tokens.js';
import { SESSION_COOKIE, sessionOf } from './api.js';
import { route, type Route } from './route.js';

/** Accounts that a network may make at once, and in every further second. */
const SIGN_UPS = { burst: 10, perSecond: 1 / 600 } as const;
/** Passwords that may be tried for a name, and by a network. */
const SIGN_INS = { burst: 10, perSecond: 1 / 30 } as const;
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
  readonly clock: () => number;
}

/** Signing up and in, tokens, what became of one's results, and who has most beans. */
export function accountRoutes({ db, accounts, isSecure, clock }: AccountParts): Route[] {
  const tokens = new Tokens(db);
  const signUps = new RateLimit(clock, SIGN_UPS.burst, SIGN_UPS.perSecond);
  const signIns = new RateLimit(clock, SIGN_INS.burst, SIGN_INS.perSecond);
  const cookie = (value: string, maxAge: number): string =>
    stringifySetCookie(SESSION_COOKIE, value, {
      httpOnly: true,
      sameSite: 'strict',
      secure: isSecure,
      path: '/',
      maxAge,
    });
  const wait = 'Wait some minutes.';
  const signIn = async (of: string, secret: string, origin: string): Promise<Account> => {
    // Both are asked, so that neither one name, however it is written, nor one network may be tried for ever.
    const mayTry = [signIns.take(origin), signIns.take(`name ${keyOf(of)}`)];
    if (!mayTry.every(Boolean)) throw new HubError('ERATE', `Too many attempts. ${wait}`, 60);
    return await accounts.signIn(of, secret);
  };
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
          throw new HubError('ERATE', `Too many accounts from your network. ${wait}`, 600);
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
        const account = await signIn(body.name, body.password, origin);
        reply.header('Set-Cookie', cookie(await accounts.openSession(account.id), 30 * 86_400));
        return account;
      },
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
        reply.header('Set-Cookie', cookie('', 0));
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
        await signIn(account.name, body.password, origin);
        await accounts.delete(account.id);
        reply.header('Set-Cookie', cookie('', 0));
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
