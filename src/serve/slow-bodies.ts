import type { FastifyInstance } from 'fastify';

/** How slowly a request's body may come. */
export interface BodyPace {
  /** Milliseconds that any body may take. */
  readonly grace: number;
  /** Bytes a second that must have come beyond that, on average from the first one. */
  readonly bytesPerSecond: number;
}

/**
 * Cuts off whoever sends a body more slowly than that. A limit of time alone is too short for somebody with a slow line and four tiles, or long enough for
 * thousands who send a byte now and then.
 *
 * @param clock milliseconds, never going back
 */
export function boundBodies(
  app: FastifyInstance,
  { grace, bytesPerSecond }: BodyPace,
  clock: () => number,
): void {
  app.addHook('onRequest', (request, _reply, next) => {
    const { raw, headers } = request;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      const { socket } = raw;
      const [start, before] = [clock(), socket.bytesRead];
      let timer: NodeJS.Timeout | null = null;
      const look = (): void => {
        if (raw.complete || raw.destroyed) return;
        const borne = grace + ((socket.bytesRead - before) / bytesPerSecond) * 1000;
        const left = start + borne - clock();
        if (left <= 0) socket.destroy();
        else timer = setTimeout(look, left);
      };
      timer = setTimeout(look, grace);
      raw.once('close', () => timer && clearTimeout(timer));
    }
    next();
  });
}
