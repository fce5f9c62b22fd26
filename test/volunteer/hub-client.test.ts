import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseHubAddress } from '../../src/volunteer/hub-address.js';
import { HubClient } from '../../src/volunteer/hub-client.js';
import { FakeHub, fail, json, TOKEN } from './support/fake-hub.js';

const never = new AbortController().signal;
const LEASE = { lease: 1, attempt: 1 };

async function clientOf(answer: (response: ServerResponse) => void, timeout = 2000) {
  const hub = await FakeHub.start(new Map());
  hub.misbehave = (_seen, response) => {
    answer(response);
    return true;
  };
  const client = new HubClient({ hub: parseHubAddress(hub.url), token: TOKEN, version: '0.0.0', timeout });
  return { hub, client };
}

const expires = '2026-01-01T00:00:00Z';
const good = { lease: 1, attempt: 1, address: 'M', expires, seconds: 60 };
const many = Array.from({ length: 65 }, (_, i) => ({ ...good, lease: i + 1 }));

const STRANGE: [string, (response: ServerResponse) => void][] = [
  ['a page', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>')],
  ['a page of an error', (r) => r.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>')],
  ['nothing', (r) => r.writeHead(200).end()],
  ['no content', (r) => r.writeHead(204).end()],
  ['null', (r) => json(r, 200, null as never)],
  ['another object', (r) => json(r, 200, { ok: true })],
  ['no UTF-8', (r) => r.writeHead(200).end(Buffer.from([0x22, 0xff, 0x22]))],
  ['a path for an address', (r) => json(r, 200, { leases: [{ ...good, address: '../M' }], retryAfter: 1 })],
  ['a text for a lease', (r) => json(r, 200, { leases: [{ ...good, lease: '1/../../x' }], retryAfter: 1 })],
  ['a negative lease', (r) => json(r, 200, { leases: [{ ...good, lease: -1 }], retryAfter: 1 })],
  ['a half lease', (r) => json(r, 200, { leases: [{ ...good, lease: 1.5 }], retryAfter: 1 })],
  ['no time', (r) => json(r, 200, { leases: [{ ...good, seconds: 'long' }], retryAfter: 1 })],
  ['too many leases', (r) => json(r, 200, { leases: many, retryAfter: 1 })],
  ['a conflict that is not the hub’s', (r) => r.writeHead(409).end('EVERSION')],
  ['a nest of lists', (r) => r.writeHead(200).end('['.repeat(1_000_000))],
];

describe('a checkout', () => {
  it.each(STRANGE)('of %s is no answer of a hub', async (_name, answer) => {
    const { client } = await clientOf(answer);
    await expect(client.checkout(1, never)).rejects.toMatchObject({ code: 'ENOTHUB', isPassing: true });
  });

  it.each([301, 302, 303, 307, 308])(
    'does not follow a redirect (%i), whereever it leads',
    async (status) => {
      const other = await FakeHub.start(new Map());
      const { client, hub } = await clientOf((r) =>
        r.writeHead(status, { location: `${other.url}/x` }).end(),
      );
      await expect(client.checkout(1, never)).rejects.toMatchObject({
        code: 'ENOTHUB',
        message: expect.stringMatching(/a redirect to http.*not followed/) as string,
      });
      expect(other.seen).toEqual([]);
      expect(hub.seen).toHaveLength(1);
      expect(hub.seen[0].authorization).toBe(`Bearer ${TOKEN}`);
    },
  );

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['500', (r) => r.writeHead(500).end('oops'), 'EAWAY'],
    ['429', (r) => r.writeHead(429, { 'retry-after': '7' }).end(), 'EAWAY'],
    ['a cut connection', (r) => r.destroy(), 'EAWAY'],
    ['silence', () => undefined, 'EAWAY'],
    ['half an answer', (r) => r.writeHead(200, { 'content-length': 100 }).write('{'), 'EAWAY'],
    ['401', (r) => fail(r, 401, 'ETOKEN'), 'ETOKEN'],
    ['401 of a proxy', (r) => r.writeHead(401).end('<h1>'), 'ETOKEN'],
    ['409 EVERSION', (r) => fail(r, 409, 'EVERSION'), 'EVERSION'],
    ['422', (r) => fail(r, 422, 'EFORMAT'), 'EREFUSED'],
  ])('that ends with %s', async (_name, answer, code) => {
    const { client } = await clientOf(answer, 300);
    await expect(client.checkout(1, never)).rejects.toMatchObject({ code });
  });

  it('hears how long to wait', async () => {
    const { client } = await clientOf((r) => r.writeHead(503, { 'retry-after': '7' }).end());
    await expect(client.checkout(1, never)).rejects.toMatchObject({ retryAfter: 7 });
    const other = await clientOf((r) => r.writeHead(503, { 'retry-after': 'Fri, 31 Dec' }).end());
    await expect(other.client.checkout(1, never)).rejects.toMatchObject({ retryAfter: null });
  });

  it('does not let control characters of others onto the terminal', async () => {
    const { client } = await clientOf((r) =>
      json(r, 422, { error: 'E', message: `\u001b[2Jbad\nline\u202e${'x'.repeat(5000)}` }),
    );
    const error = await client.checkout(1, never).catch((found: unknown) => found as Error);
    expect((error as Error).message).not.toMatch(/[\p{C}\n]/u);
    expect((error as Error).message.length).toBeLessThan(500);
  });

  it('ends when it is not wanted any more', async () => {
    const { client } = await clientOf(() => undefined);
    const end = new AbortController();
    const asking = client.checkout(1, end.signal);
    setTimeout(() => end.abort(), 30);
    await expect(asking).rejects.toMatchObject({ code: 'EABORTED' });
    await expect(client.checkout(1, end.signal)).rejects.toMatchObject({ code: 'EABORTED' });
  });
});

describe('a raw file', () => {
  it('without an end is not read to it', async () => {
    let sent = 0;
    const { client } = await clientOf((r) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (!r.destroyed) {
          sent += chunk.length;
          if (!r.write(chunk)) return void r.once('drain', more);
        }
      };
      more();
    });
    await expect(client.raw(LEASE, never)).rejects.toMatchObject({ code: 'ENOTHUB' });
    expect(sent).toBeLessThan(20e6);
  });

  it('that says it has a terabyte is not read', async () => {
    const { client } = await clientOf((r) => {
      r.writeHead(200, { 'content-length': '1000000000000' }).write(Buffer.alloc(600_000));
    });
    await expect(client.raw(LEASE, never)).rejects.toMatchObject({ code: 'ENOTHUB' });
  });

  it('that is a page is none', async () => {
    const { client } = await clientOf((r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>'));
    await expect(client.raw(LEASE, never)).rejects.toMatchObject({ code: 'ENOTHUB' });
  });

  it.each([404, 409, 410])('of a lease that is not held (%i)', async (status) => {
    const { client } = await clientOf((r) => fail(r, status, status === 409 ? 'ELEASE' : 'ENOLEASE'));
    await expect(client.raw(LEASE, never)).rejects.toMatchObject({ code: 'ELEASE' });
  });

  it('that is not found by somebody else than the hub is tried again', async () => {
    const { client } = await clientOf((r) => r.writeHead(404).end('nginx'));
    await expect(client.raw(LEASE, never)).rejects.toMatchObject({ code: 'ENOTHUB' });
  });
});
