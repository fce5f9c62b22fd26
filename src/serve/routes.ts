import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { join } from 'node:path';
import { BLANK_PNG } from './blank.js';
import { BoringPictures } from './boring-pictures.js';
import { acceptsGzip, CompressedBoring } from './compression.js';
import { CACHING, FileSender, sendNothing } from './files.js';
import type { Live } from './live.js';
import type { ServeOptions } from './options.js';
import { Page, type Framing } from './page.js';
import { movieOf, pictureOf, rawOf, ServedFiles } from './resource.js';

/** A request for something below a folder. */
type Below = FastifyRequest<{ Params: { '*': string } }>;

/** A page: from memory, since it is the program's and not the cache's. */
export function addPage(
  app: FastifyInstance,
  html: string,
  paths: readonly string[],
  framing?: Framing,
): void {
  const page = new Page(html, framing);
  for (const path of paths) {
    app.get(path, async (request, reply) => {
      reply
        .header('Cache-Control', CACHING.growing)
        .header('Vary', 'accept-encoding')
        .header('Content-Security-Policy', page.policy);
      reply.type('text/html; charset=utf-8');
      return await sendText(request, reply, page.etag, page.html, page.small);
    });
  }
}

/** The cache's files: nothing but the kinds that a page reads. */
export function addFiles(app: FastifyInstance, options: ServeOptions, live: Live): void {
  const { root, settings, clock } = options;
  const files = new ServedFiles(root);
  const sender = new FileSender(root);
  const boringPictures = new BoringPictures(settings.theme);

  const boring = new CompressedBoring(join(root, files.boring), clock);
  app.get('/boring.txt', async (request, reply) => {
    reply.header('Vary', 'accept-encoding');
    const { headers } = request;
    const isWhole = headers.range === undefined && acceptsGzip(headers['accept-encoding']);
    const snapshot = isWhole ? await boring.get() : null;
    if (snapshot !== null) {
      reply.header('Cache-Control', CACHING.growing).type('text/plain; charset=utf-8');
      return await sendText(request, reply, snapshot.etag, null, snapshot.bytes);
    }
    if (!(await sender.send(reply, files.boring, CACHING.growing))) sendNothing(reply);
    return reply;
  });
  app.get('/cache.json', async (_request, reply) => {
    if (!(await sender.send(reply, files.settings, CACHING.growing))) sendNothing(reply);
    return reply;
  });
  for (const folder of ['done', 'todo'] as const) {
    app.get(`/${folder}/*`, async (request: Below, reply) => {
      const address = rawOf(request.params['*']);
      const isSent = address !== null && (await sender.send(reply, files[folder](address), CACHING.tile));
      if (!isSent) sendNothing(reply);
      return reply;
    });
  }
  app.get('/movie/*', async (request: Below, reply) => {
    const movie = movieOf(request.params['*']);
    if (movie === null || !(await sender.send(reply, files.movie(movie), CACHING.hashed))) sendNothing(reply);
    return reply;
  });
  app.get('/tile/*', async (request: Below, reply) => {
    const picture = pictureOf(request.params['*']);
    if (picture === null) return sendNothing(reply);
    if (await sender.send(reply, files.picture(picture), CACHING.tile)) return reply;
    const { name, format } = picture;
    if (typeof name === 'string') {
      // Only a look by a person (or a program that reads the picture) is a wish.
      if (request.method === 'GET' && format === settings.image) live.missed(name, request.ip);
      return sendBlank(reply);
    }
    const bytes = boringPictures.get(name.period, format);
    if (bytes === null) return sendNothing(reply);
    return reply
      .header('Cache-Control', CACHING.growing)
      .type(format === 'png' ? 'image/png' : 'image/jpeg')
      .send(Buffer.from(bytes));
  });
}

/**
 * Sends a text from memory.
 *
 * @param plain null when it is known that gzip is taken
 */
function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  etag: string,
  plain: string | null,
  small: Uint8Array,
): FastifyReply {
  reply.header('ETag', etag);
  if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
  if (plain !== null && !acceptsGzip(request.headers['accept-encoding'])) return reply.send(plain);
  return reply.header('Content-Encoding', 'gzip').send(small);
}

function sendBlank(reply: FastifyReply): FastifyReply {
  return reply
    .header('Cache-Control', CACHING.missing)
    .header('X-Mandeld-Blank', '1')
    .type('image/png')
    .send(BLANK_PNG);
}

/** What a file server could not answer. */
export function addLive(app: FastifyInstance, live: Live): void {
  app.get('/api/status', async (_request, reply) =>
    reply
      .header('Cache-Control', CACHING.missing)
      .type('application/json')
      .send(await live.status.get()),
  );
  app.get('/api/events', { exposeHeadRoute: false }, async (_request, reply) => {
    if (!live.listeners.hasRoom)
      return await reply.code(503).header('Retry-After', '30').type('text/plain').send('Too many listen.\n');
    await live.listen(reply);
    return reply;
  });
  app.get('/metrics', async (_request, reply) =>
    reply
      .header('Cache-Control', CACHING.missing)
      .header('Content-Type', live.metrics.contentType)
      .send(await live.metrics.text()),
  );
}
