import type { FastifyReply } from 'fastify';
import type * as z from 'zod';
import type { Account } from '../accounts.js';

/** What a route's handler gets. */
export interface Call<Body> {
  /** Who asks; where anybody may, the account 0. */
  readonly account: Account;
  /** The numbers in the path. */
  readonly ids: Readonly<Record<string, number>>;
  /** What stands behind the question mark, as the route has described it. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
  /** The network that the request came from. */
  readonly origin: string;
  /** For cookies and headers. */
  readonly reply: FastifyReply;
}

/**
 * A request that the hub answers: the same description checks what comes, runs it, and becomes the OpenAPI document. A path is relative to
 * the interface's, with numbers as `:lease`.
 */
export interface Route<Body = unknown, Answer = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /**
   * Who may ask: anybody; a visitor, anybody as well, but it is looked who it is; an account, by a token or a session; or a person, by a session, for what
   * a token that was stolen must not do.
   */
  readonly by: 'anybody' | 'visitor' | 'account' | 'person';
  /** What must be sent: JSON, an upload of tiles, or nothing. */
  readonly body: z.ZodType<Body> | 'result' | null;
  /** Numbers and words behind the question mark. */
  readonly query?: Readonly<Record<string, z.ZodType<string | undefined>>>;
  /** What is answered: JSON, a raw file, a picture, or nothing. Only of pictures the handler says how long they may be kept. */
  readonly answer: z.ZodType<Answer> | BinaryAnswer | null;
  readonly status: number;
  readonly handle: (call: Call<Body>) => Promise<Answer>;
}

/** Answers that are bytes. */
type BinaryAnswer = 'raw' | 'picture';

/** Their media types. */
export const MEDIA_TYPE: Readonly<Record<BinaryAnswer, string>> = {
  raw: 'application/octet-stream',
  picture: 'image/jpeg',
};

/** Infers a route's types. */
export function route<Body, Answer>(description: Route<Body, Answer>): Route {
  return description as unknown as Route;
}
