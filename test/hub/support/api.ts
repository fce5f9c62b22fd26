import type { InjectOptions, Response } from 'light-my-request';
import * as z from 'zod';
import { expect } from 'vitest';
import { Layout } from '../../../src/cache/layout.js';
import { readSettings } from '../../../src/cache/settings.js';
import { Accounts } from '../../../src/hub/accounts.js';
import { accountRoutes } from '../../../src/hub/api/account-routes.js';
import { addApi } from '../../../src/hub/api/api.js';
import { volunteerRoutes } from '../../../src/hub/api/volunteer-routes.js';
import type { Route } from '../../../src/hub/api/route.js';
import type { Database } from '../../../src/hub/db/database.js';
import { Leases } from '../../../src/hub/leases.js';
import { Stock } from '../../../src/hub/stock.js';
import type { MapServer } from '../../../src/serve/server.js';
import { serve } from '../../serve/support/server.js';

/** An OpenAPI document, as far as answers are checked by it. */
interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }>;
}
export interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, Record<string, unknown>> };
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The interface of a hub, without its judge. */
export interface TestApi {
  readonly server: MapServer;
  readonly accounts: Accounts;
  readonly leases: Leases;
  /** What went wrong inside. */
  readonly errors: unknown[];
  /** Milliseconds that somebody had to wait for his turn. */
  readonly sleeps: number[];
  /** Milliseconds that the clock of the limits is ahead. */
  later(milliseconds: number): void;
  /** Asks, and checks that the answer is one that the OpenAPI document tells of. */
  ask(method: Method, path: string, more?: Omit<InjectOptions, 'method' | 'url'>): Promise<Response>;
}

/** Serves a cache with a hub's interface until the test ends. */
export async function startApi(db: Database, root: string, more: readonly Route[] = []): Promise<TestApi> {
  let now = 0;
  const errors: unknown[] = [];
  const accounts = new Accounts(db);
  const leases = new Leases(db, 600);
  const layout = new Layout(root, (await readSettings(root)).image);
  const clock = (): number => now;
  const sleeps: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> =>
    void (await Promise.resolve(sleeps.push(milliseconds)));
  const server = await serve(root, {
    extend: async (app) =>
      await addApi(app, {
        accounts,
        version: '1.2.3',
        clock,
        onError: (error) => errors.push(error),
        routes: [
          ...volunteerRoutes({
            leases,
            layout,
            stock: new Stock(db, 'hub-a'),
            onUpload: () => undefined,
            onFailure: () => undefined,
          }),
          ...accountRoutes({ db, accounts, isSecure: false, clock, sleep }),
          ...more,
        ],
      }),
  });
  const document = (await server.app.inject('/api/v1/openapi.json')).json<Document>();
  return {
    server,
    accounts,
    leases,
    errors,
    sleeps,
    later: (milliseconds) => (now += milliseconds),
    async ask(method, path, options = {}) {
      const response = await server.app.inject({ method, url: `/api/v1${path}`, ...options });
      if (path !== '/openapi.json') checkAnswer(document, method, path, response);
      return response;
    },
  };
}

/** Fails when an answer is none that a document tells of. */
function checkAnswer(document: Document, method: string, path: string, response: Response): void {
  const [plain] = `/api/v1${path}`.split('?', 1);
  const template = Object.keys(document.paths).find((one) =>
    new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain),
  );
  const operation = document.paths[template ?? '']?.[method.toLowerCase()];
  const isError = response.statusCode >= 400;
  expect(response.headers['x-content-type-options']).toBe('nosniff');
  expect(response.headers['cache-control']).toBe('no-store');
  if (method === 'HEAD') return;
  if (isError) {
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    z.strictObject({ error: z.string().regex(/^E[A-Z]+$/), message: z.string().min(5) }).parse(
      response.json(),
    );
    if (response.statusCode === 429 || response.statusCode === 503)
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    return;
  }
  const answer = operation?.responses[`${response.statusCode}`];
  expect(answer, `${method} ${path}: ${response.statusCode} in the document`).toBeDefined();
  const [[type, content] = []] = Object.entries(answer.content ?? {});
  if (type === undefined || content === undefined) {
    expect(response.body).toBe('');
    return;
  }
  expect(response.headers['content-type']?.toString().split(';', 1)[0]).toBe(type);
  if (type === 'application/json') strictly(content.schema).parse(response.json());
}

/** A schema by which nothing more may be told than it says. */
function strictly(schema: Record<string, unknown>): z.ZodType {
  const closed = JSON.parse(JSON.stringify(schema), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'properties' in value
      ? { ...value, additionalProperties: false }
      : value,
  ) as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(closed);
}
