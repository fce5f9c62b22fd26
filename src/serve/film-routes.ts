import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../zoom/request-error.js';
import { findFfmpeg } from '../zoom/film/ffmpeg.js';
import { CODECS } from '../zoom/film/film-format.js';
import { CACHING, sendNothing } from './files.js';
import type { FilmJob } from './film-job.js';
import { SERVED_FORMATS } from './film-limits.js';
import { FilmRefusal, type Films } from './films.js';
import { addListener } from './listeners.js';
import { keyOf } from './resource.js';

/** Where films are asked for. */
const FILMS_PATH = '/api/zoom';

/** Bytes of a request: some stops with hundreds of digits each. */
const MAX_BODY = 65_536;

/** A request that names a film. */
type OfFilm = FastifyRequest<{ Params: { id: string } }>;

/**
 * Films for visitors. A request must say that it is JSON: a page of another origin could not send that without asking first, which is refused,
 * and so nobody's browser asks for films without its owner.
 */
export async function addFilms(
  app: FastifyInstance,
  { films }: { readonly films: Films | null },
): Promise<void> {
  app.removeAllContentTypeParsers();
  const types = ['application/json', 'application/json5'];
  app.addContentTypeParser(
    types,
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => body,
  );

  let formats: Promise<readonly string[]> | null = null;
  app.get(FILMS_PATH, async (_request, reply) => {
    reply.header('Cache-Control', CACHING.missing);
    if (films === null) return { films: false };
    formats ??= formatsHere();
    const { frames, width, height, supersample, level, waiting } = films.options;
    return {
      films: true,
      formats: await formats,
      limits: { frames, size: `${width}x${height}`, supersample, level, waiting },
      waiting: films.waiting,
    };
  });
  if (films === null) {
    app.post(FILMS_PATH, async (_request, reply) =>
      sendFaults(reply, 403, ['This server makes no films: it was started without --films.']),
    );
    return;
  }

  app.post(
    FILMS_PATH,
    { bodyLimit: MAX_BODY },
    async (request: FastifyRequest<{ Body: string | undefined }>, reply) => {
      try {
        const { job, token } = await films.ask(request.body ?? '', request.ip);
        return await reply
          .code(job.state === 'finished' ? 200 : 202)
          .header('Cache-Control', CACHING.missing)
          .send({
            id: job.id,
            url: job.url,
            events: `${FILMS_PATH}/${job.id}/events`,
            state: job.state,
            token,
          });
      } catch (error) {
        if (error instanceof RequestError) return sendFaults(reply, 400, error.faults);
        if (!(error instanceof FilmRefusal)) throw error;
        reply.header('Retry-After', `${error.retryAfter}`);
        return sendFaults(reply, error.status, [error.message]);
      }
    },
  );
  app.get(`${FILMS_PATH}/:id`, async (request: OfFilm, reply) => {
    const job = jobOf(films, request);
    if (job === null) return sendNothing(reply);
    return reply.header('Cache-Control', CACHING.missing).send(job.view(films.ahead(job)));
  });
  app.get(`${FILMS_PATH}/:id/events`, { exposeHeadRoute: false }, async (request: OfFilm, reply) => {
    const job = jobOf(films, request);
    if (job === null) return sendNothing(reply);
    const { listeners } = job;
    if (!job.isOver && !listeners.hasRoom)
      return await reply.code(503).header('Retry-After', '30').type('text/plain').send('Too many listen.\n');
    const raw = addListener(listeners, reply);
    const view = JSON.stringify(job.view(films.ahead(job)));
    listeners.tell(job.isOver ? 'ended' : 'progress', view, raw);
    if (job.isOver) raw.end();
    return reply;
  });
  app.delete(`${FILMS_PATH}/:id`, async (request: OfFilm, reply) => {
    const job = jobOf(films, request);
    if (job === null) return sendNothing(reply);
    if (job.isOver) return sendFaults(reply, 409, ['The film is over already.']);
    const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!job.giveBack(token))
      return sendFaults(reply, 403, ['expected the token that the film was promised with']);
    return reply.code(204).send();
  });
}

function jobOf(films: Films, request: OfFilm): FilmJob | null {
  const key = keyOf(request.params.id);
  return key && films.get(key);
}

function sendFaults(reply: FastifyReply, status: number, faults: readonly string[]): FastifyReply {
  return reply
    .code(status)
    .header('Cache-Control', CACHING.missing)
    .type('application/json')
    .send(JSON.stringify({ faults }));
}

/** The formats that this machine can make. */
async function formatsHere(): Promise<readonly string[]> {
  const hasWebm = (await findFfmpeg('ffmpeg', CODECS.webm)) !== null;
  return SERVED_FORMATS.filter((format) => format !== 'webm' || hasWebm);
}
