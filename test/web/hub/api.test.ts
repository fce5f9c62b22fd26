import { afterEach, describe, expect, it, vi } from 'vitest';
import { HubApi, Refusal } from '../../../src/web/hub/api.js';
import { describeFeature } from '../../../src/web/hub/feature-words.js';
import { capitalised, shortened, waitOf } from '../../../src/web/hub/words.js';

const api = new HubApi('http://hub/below/');

/** Answers every request with this; null: the server is away. */
function answer(response: Response | null): { asked: { url: string; init: RequestInit }[] } {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    if (response === null) throw new TypeError('Failed to fetch');
    return await Promise.resolve(response.clone());
  });
  return { asked };
}

async function refusal(response: Response | null): Promise<{ code: string; message: string }> {
  answer(response);
  const error: unknown = await api.get('me').catch((reason: unknown) => reason);
  if (!(error instanceof Refusal)) throw new Error(`expected a refusal, got ${String(error)}`);
  return { code: error.code, message: error.message };
}

const failure = (status: number, body: string, headers: HeadersInit = {}): Response =>
  new Response(body, { status, headers });

afterEach(() => vi.unstubAllGlobals());

describe('the hub', () => {
  it('is asked below the folder of the page, and with JSON', async () => {
    const { asked } = answer(new Response('{"a":1}'));
    expect(await api.get('features', { angle: '1/7', name: 'a b&c' })).toEqual({ a: 1 });
    await api.send('POST', 'tokens', { name: 'x' });
    expect(asked.map(({ url }) => url)).toEqual([
      'http://hub/below/api/v1/features?angle=1%2F7&name=a+b%26c',
      'http://hub/below/api/v1/tokens',
    ]);
    expect(asked[1].init).toMatchObject({ method: 'POST', body: '{"name":"x"}' });
  });

  it('may answer nothing', async () => {
    answer(new Response(null, { status: 204 }));
    expect(await api.send('DELETE', 'session')).toBeNull();
  });

  it.each([
    [failure(400, '{"error":"EBODY","message":"expected this"}'), 'EBODY', 'Expected this'],
    [
      failure(429, '{"error":"ERATE","message":"Too many."}', { 'Retry-After': '600' }),
      'ERATE',
      'Too many. You can try again in 10 minutes.',
    ],
    [
      failure(429, '{"error":"ERATE","message":"Too many."}', { 'Retry-After': 'Thu, 01 Jan 2026' }),
      'ERATE',
      'Too many.',
    ],
    [
      failure(503, '<h1>Bad gateway</h1>', { 'Retry-After': '1' }),
      'HTTP 503',
      'The hub answered 503. You can try again in 1 second.',
    ],
    [failure(502, 'null'), 'HTTP 502', 'The hub answered 502.'],
    [failure(500, '{"error":7}'), 'HTTP 500', 'The hub answered 500.'],
    [null, 'ENETWORK', 'The hub cannot be reached. Try again.'],
  ])('says in words why not, %#', async (response, code, message) => {
    expect(await refusal(response)).toEqual({ code, message });
  });
});

describe('words', () => {
  it.each([
    [0.2, '1 second'],
    [5, '5 seconds'],
    [89, '89 seconds'],
    [90, '2 minutes'],
    [600, '10 minutes'],
  ])('for %d s of waiting', (seconds, text) => {
    expect(waitOf(seconds)).toBe(text);
  });

  it('for long texts leave their middle out', () => {
    expect(shortened('x'.repeat(24), 24)).toBe('x'.repeat(24));
    expect(shortened(`${'a'.repeat(50)}${'b'.repeat(50)}`, 24)).toBe(`${'a'.repeat(17)}…${'b'.repeat(6)}`);
    expect(shortened('y'.repeat(25), 24).length).toBe(24);
    expect(capitalised('')).toBe('');
  });

  it('for a component are all of its names', () => {
    const place = { re: '0', im: '0', log2Size: 0, parent: null };
    expect(
      describeFeature({
        ...place,
        period: 3,
        kind: 'disc',
        name: 'rabbit',
        address: '1_1/3->3',
        angles: ['1/7', '2/7'],
      }),
    ).toBe('Rabbit, a disc of period 3\nAddress 1_1/3->3\nRays 1/7 and 2/7');
    expect(
      describeFeature({ ...place, period: 252, kind: 'cardioid', name: null, address: null, angles: null }),
    ).toBe('Cardioid of period 252');
  });
});
