import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import { isIPv6, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { addFilms } from './film-routes.js';
import { sendNothing } from './files.js';
import { Live } from './live.js';
import type { ServeOptions } from './options.js';
import { NOWHERE, pathOf } from './resource.js';
import { addFiles, addLive, addPage } from './routes.js';
import { boundBodies, type BodyPace } from './slow-bodies.js';

/** A request's head takes milliseconds; whoever takes longer is cut off, in milliseconds. */
const HEAD_MS = 15_000;
/** A body of 4 x 100 KB over a line of 20 KB/s takes 20 s; lines slower than an old modem's are cut off. */
const BODIES: BodyPace = { grace: 15_000, bytesPerSecond: 4096 };
/** The longest body that the hub takes, 2 MB, has come by then; milliseconds. */
const REQUEST_MS = 600_000;
/** A connection on which nothing moves for so long is cut off, in milliseconds; events have a comment each 15 s. */
const SILENT_MS = 60_000;
/** Connections at a time. */
const MAX_CONNECTIONS = 4096;
/** At the end, answers that are under way have so long, in milliseconds. */
const LAST_MS = 1000;

/** An HTTP server over the directory of a cache. It changes nothing there but want/, and movie/ where it makes films. */
export class MapServer {
  /** For tests, which may ask it without a connection. */
  readonly app: FastifyInstance;
  readonly live: Live;

  private constructor(app: FastifyInstance, live: Live) {
    this.app = app;
    this.live = live;
  }

  /** Makes a server that does not listen yet. It must be closed. */
  static async create(options: ServeOptions): Promise<MapServer> {
    const live = new Live(options);
    const app = fastify({
      // The last proxy's word for whom it speaks; what stands before that in X-Forwarded-For is anybody's word.
      trustProxy: options.trustProxy && ((_address, hop) => hop === 0),
      requestTimeout: REQUEST_MS,
      connectionTimeout: SILENT_MS,
      bodyLimit: 1024,
      http: { headersTimeout: HEAD_MS },
      // The one place where the text of a request becomes a path; see resource.ts.
      rewriteUrl: (request) => pathOf(request.url),
      routerOptions: { maxParamLength: 65_536 },
    });
    app.server.maxConnections = MAX_CONNECTIONS;
    addManners(app, options, live);
    boundBodies(app, options.bodies ?? BODIES, options.clock);
    await app.register(fastifyStatic, { root: resolve(options.root), serve: false });
    addPage(app, options.page, ['/', '/index.html']);
    addPage(app, options.dashboard, ['/dashboard']);
    for (const { path, html } of options.hubPages ?? []) addPage(app, html, [path], 'nowhere');
    addFiles(app, options, live);
    addLive(app, live);
    await app.register(addFilms, { films: live.films });
    const { extend } = options;
    if (extend) await app.register(async (scope) => await extend(scope));
    return new MapServer(app, live);
  }

  /**
   * Begins to listen.
   *
   * @param port 0 for any that is free
   * @throws a system error, such as EADDRINUSE
   */
  async listen(host: string, port: number): Promise<void> {
    await this.app.listen({ host, port });
  }

  /** Where it listens, as a link. */
  get url(): string {
    const { address, port } = this.app.server.address() as AddressInfo;
    // All addresses of a machine are none that a browser could open.
    const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
    return `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
  }

  /** Listens no more; ends when the last answer was given, or cut off, and nothing is under way. */
  async close(): Promise<void> {
    this.live.endEvents();
    const cutOff = setTimeout(() => this.app.server.closeAllConnections(), LAST_MS);
    try {
      await this.app.close();
    } finally {
      clearTimeout(cutOff);
      await this.live.close();
    }
  }
}

/** As the library makes them. */
type HttpError = Error & {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What holds for every answer. */
function addManners(app: FastifyInstance, { version, hubPages, logger }: ServeOptions, live: Live): void {
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('X-Mandeld', version)
      .header('X-Content-Type-Options', 'nosniff')
      .header('Referrer-Policy', 'same-origin');
    if (hubPages) reply.header('X-Mandeld-Hub', '1');
    if (request.method === 'GET' || request.method === 'HEAD') return undefined;
    // Only a route that is there has a path.
    if (request.routeOptions.url !== undefined) return undefined;
    return await reply.code(405).header('Allow', 'GET, HEAD').type('text/plain').send('Only GET and HEAD.\n');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.url === NOWHERE ? 'none' : (request.routeOptions.url ?? 'none');
    live.metrics.observe(route, reply.raw.statusCode, reply.elapsedTime);
  });
  app.setNotFoundHandler((_request, reply) => sendNothing(reply));
  app.setErrorHandler((error: HttpError, request, reply) => {
    const code = error.statusCode ?? 500;
    // A range beyond the end says in its headers where the end is.
    if (code < 500)
      return reply
        .code(code)
        .headers(error.headers ?? {})
        .type('text/plain')
        .send(`${error.message}\n`);
    logger.error({ path: request.url.slice(0, 200), err: error }, 'a request could not be answered');
    return reply
      .code(500)
      .header('Cache-Control', 'no-store')
      .type('text/plain')
      .send('Something went wrong.\n');
  });
}
