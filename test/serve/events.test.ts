import { once } from 'node:events';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MapServer } from '../../src/serve/server.js';
import { serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();

/** One who listens, and what it was told. */
class Listener {
  readonly socket: Socket;
  text = '';

  constructor(server: MapServer) {
    this.socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    this.socket.on('error', () => undefined);
    this.socket.write('GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n');
    onTestFinished(() => void this.socket.destroy());
  }

  /** Waits until it was told something that matches. */
  async hears(what: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + 20_000;
    for (;;) {
      const found = what.exec(this.text);
      if (found) return found;
      if (performance.now() > end) throw new Error(`waited in vain for ${what.source}: ${this.text}`);
      await delay(10);
    }
  }
}

async function listening(root: string): Promise<MapServer> {
  const server = await serve(root);
  await server.listen('127.0.0.1', 0);
  return server;
}

describe('events', () => {
  it('begin with how things are', async () => {
    const server = await listening(await caches.copy());
    const listener = new Listener(server);
    await listener.hears(/content-type: text\/event-stream/i);
    await listener.hears(/x-mandeld: 1\.2\.3/i);
    const { length } = (await server.app.inject('/boring.txt')).body;
    expect((await listener.hears(/event: boring\ndata: (\d+)\n\n/))[1]).toBe(`${length}`);
    const [, status] = await listener.hears(/event: status\ndata: (.+)\n\n/);
    expect(JSON.parse(status)).toMatchObject({ settings: { image: 'png' }, deepestLevel: 3, clients: [] });
  });

  it('tell of lines in boring.txt, and of tiles that were missed and have come', async () => {
    const root = await caches.copy();
    const server = await listening(root);
    const listener = new Listener(server);
    const other = new Listener(server);
    const [, before] = await listener.hears(/event: boring\ndata: (\d+)\n\n/);
    await appendFile(join(root, 'boring.txt'), 'M0133000 0\n');
    await listener.hears(new RegExp(`event: boring\ndata: ${Number(before) + 11}\n\n`));
    const deep = `M${'0123'.repeat(30)}`;
    for (const address of ['M0133012', 'M0133013', deep]) await server.app.inject(`/tile/${address}.png`);
    await writeFile(join(root, 'tile/M0133012.png'), 'x');
    await writeFile(join(root, `tile/${deep}.png`), 'x');
    await writeFile(join(root, 'tile/M0133011.png'), 'x');
    for (const one of [listener, other]) {
      await one.hears(/event: tiles\ndata: \[[^\n]*"M0133012"[^\n]*\]\n\n/);
      await one.hears(new RegExp(`event: tiles\ndata: \\[[^\n]*"${deep}"[^\n]*\\]\n\n`));
      expect(one.text).not.toContain('M0133011');
      expect(one.text).not.toContain('M0133013');
    }
    await writeFile(join(root, 'tile/M0133013.png'), 'x');
    await listener.hears(/event: tiles\ndata: \["M0133013"\]\n\n/);
  });

  it('are for so many listeners, and forget who has gone', async () => {
    const server = await listening(await caches.copy());
    const listeners = Array.from({ length: 512 }, () => new Listener(server));
    for (const listener of listeners) await listener.hears(/event: boring/);
    expect(server.live.listeners.size).toBe(512);
    const refused = await fetch(new URL('/api/events', server.url));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    for (const { socket } of listeners) socket.destroy();
    while (server.live.listeners.size > 0) await delay(10);
    await new Listener(server).hears(/event: boring/);
  });

  it('cut off who does not read', async () => {
    const server = await listening(await caches.copy());
    const deaf = new Listener(server);
    await deaf.hears(/event: boring/);
    deaf.socket.pause();
    for (let i = 0; i < 300 && server.live.listeners.size > 0; i++) {
      server.live.listeners.tell('tiles', JSON.stringify('x'.repeat(100_000)));
      await delay(1);
    }
    expect(server.live.listeners.size).toBe(0);
  });

  it('go on when the cache cannot be looked at for a while, and end with the server', async () => {
    const root = await caches.copy();
    const server = await listening(root);
    const listener = new Listener(server);
    await listener.hears(/event: status/);
    await rm(join(root, 'boring.txt'));
    await listener.hears(/event: boring\ndata: 0\n\n/);
    const closed = once(listener.socket, 'close');
    const since = performance.now();
    await server.close();
    await closed;
    expect(performance.now() - since).toBeLessThan(2000);
  });
});
