import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();

/** What a server holds on to: sockets, watchers and timers, of which the test runner has some of its own. */
function held(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo())
    if (/TCP|FS|Watcher|Timeout/.test(name)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

it('a server that was closed holds on to nothing', async () => {
  const root = await caches.copy();
  const before = held();
  for (let round = 0; round < 5; round++) {
    const server = await serve(root);
    await server.listen('127.0.0.1', 0);
    const { url } = server;
    const sockets = ['GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /til', ''].map((text) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
      socket.resume().write(text);
      return socket;
    });
    while (server.live.listeners.size === 0) await delay(5);
    await server.app.inject('/tile/M01331.png');
    await server.app.inject('/api/status');
    // At once, with a wish in the queue and a look under way.
    await Promise.all([server.close(), ...sockets.map(async (socket) => await once(socket, 'close'))]);
    await expect(fetch(url)).rejects.toThrow();
  }
  await delay(50);
  const after = held();
  for (const [name, count] of Object.entries(after)) {
    // One more timer may be the runner's; five would be ours.
    expect(count - (before[name] ?? 0), name).toBeLessThan(name === 'Timeout' ? 3 : 1);
  }
});
