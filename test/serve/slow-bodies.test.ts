import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { serve, useRenderedCache } from './support/server.js';

const cache = useRenderedCache();
const LENGTH = 3000;

/** Until a line is cut, in whatever way. */
async function closing(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
}

/** Sends a body in pieces, one each few milliseconds. @returns the answer, empty when the line was cut; and how much was sent */
async function send(url: string, piece: number, pauseMs: number): Promise<{ text: string; sent: number }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const closed = closing(socket);
  let text = '';
  socket.setEncoding('latin1').on('data', (got: string) => (text += got));
  socket.on('error', () => undefined);
  socket.write(
    `POST /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/slow\r\nContent-Length: ${LENGTH}\r\n\r\n`,
  );
  let sent = 0;
  for (; sent < LENGTH && !socket.destroyed; sent += piece) {
    socket.write('x'.repeat(piece));
    await delay(pauseMs);
  }
  await closed;
  return { text, sent };
}

describe('a body that comes slowly', () => {
  /** A server that bears 100 bytes a second after 200 ms. */
  const start = async (): Promise<string> => {
    const server = await serve(await cache.copy(), {
      bodies: { grace: 200, bytesPerSecond: 100 },
      extend: async (app) => {
        app.addContentTypeParser(
          'text/slow',
          { parseAs: 'string', bodyLimit: LENGTH },
          async (_request: unknown, body: string) => await Promise.resolve(body),
        );
        app.post('/slow', (request, reply) => reply.send(`${(request.body as string).length} bytes`));
        await Promise.resolve();
      },
    });
    await server.listen('127.0.0.1', 0);
    return server.url;
  };

  it('and steadily is taken, however long it takes', async () => {
    const before = performance.now();
    const { text } = await send(await start(), 100, 20);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toContain(`${LENGTH} bytes`);
    // Longer than what any body may take.
    expect(performance.now() - before).toBeGreaterThan(400);
  });

  it('byte by byte, or not at all, is cut off', async () => {
    const url = await start();
    const { text, sent } = await send(url, 1, 50);
    expect(text).not.toMatch(/ 200 /);
    expect(sent).toBeLessThan(LENGTH / 2);
    expect(await stall(url)).not.toMatch(/ 200 /);
  });
});

/** Sends a head and ten bytes, and waits until the line is cut. @returns the answer */
async function stall(url: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (got: string) => (text += got));
  socket.on('error', () => undefined);
  socket.write(
    `POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: text/slow\r\nContent-Length: ${LENGTH}\r\n\r\n${'x'.repeat(10)}`,
  );
  await closing(socket);
  return text;
}
