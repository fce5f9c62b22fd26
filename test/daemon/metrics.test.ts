import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MetricsServer } from '../../src/daemon/metrics-server.js';
import { Metrics } from '../../src/daemon/metrics.js';
import type { Progress } from '../../src/daemon/options.js';
import { noStatistics } from '../../src/subdivide/statistics.js';

const PROGRESS: Progress = {
  mode: 'waiting for space',
  subdivided: 7,
  made: 2,
  boring: 5,
  recovered: 1,
  brokenLocks: 3,
  errors: 4,
  lastError: null,
  workers: 2,
  holding: ['M0', 'M1'],
  current: [{ address: 'M0', task: 'make', seconds: 1.5 }],
  todo: 11,
  level: 6,
  rate: 0.5,
  lockWait: 0.01,
  rate5m: 0.25,
  heartbeatAge: 2.5,
  room: { freeBytes: 1000, totalBytes: 2000, freeInodes: null, totalInodes: null },
  statistics: { ...noStatistics(), copied: 10, computed: 6, unresolved: 1 },
};
const LABELS = { client: 'a', version: '1.2.3' };

/** Samples by name and labels; checks that every line is one, or a comment. */
function samplesOf(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    const match = /^(mandeld_[a-z0-9_]+(?:\{[^}]*\})?) (\S+)$/.exec(line);
    expect(match, line).not.toBeNull();
    samples[match?.[1] ?? ''] = Number(match?.[2]);
  }
  return samples;
}

async function serve(look: () => Progress | null): Promise<{ url: string; server: MetricsServer }> {
  const server = await MetricsServer.listen(new Metrics(look, LABELS), '127.0.0.1', 0);
  onTestFinished(async () => await server.close().catch(() => undefined));
  return { url: server.url, server };
}

describe('metrics', () => {
  it('are what the daemon counts, at the time of the scrape', async () => {
    let progress = PROGRESS;
    const metrics = new Metrics(() => progress, LABELS);
    metrics.observeSection({ waited: 3, held: 20 });
    const first = samplesOf(await metrics.text());
    expect(first).toMatchObject({
      mandeld_tiles_subdivided_total: 7,
      mandeld_tiles_made_total: 2,
      mandeld_boring_lines_total: 5,
      mandeld_recovered_clients_total: 1,
      mandeld_broken_locks_total: 3,
      mandeld_errors_total: 4,
      'mandeld_samples_total{kind="copied"}': 10,
      mandeld_samples_unresolved_total: 1,
      mandeld_tiles_held: 2,
      mandeld_oldest_tile_seconds: 1.5,
      mandeld_todo_tiles: 11,
      mandeld_free_bytes: 1000,
      mandeld_heartbeat_age_seconds: 2.5,
      'mandeld_state{state="waiting for space"}': 1,
      'mandeld_state{state="working"}': 0,
      'mandeld_info{client="a",version="1.2.3"}': 1,
      'mandeld_lock_wait_seconds_bucket{le="0.0025"}': 0,
      'mandeld_lock_wait_seconds_bucket{le="0.005"}': 1,
      mandeld_lock_hold_seconds_sum: 0.02,
      mandeld_lock_hold_seconds_count: 1,
    });
    // A file system without inodes has no number of them, which is not 0.
    expect(first).not.toHaveProperty('mandeld_free_inodes');
    progress = { ...PROGRESS, mode: 'working', subdivided: 8, current: [] };
    expect(samplesOf(await metrics.text())).toMatchObject({
      mandeld_tiles_subdivided_total: 8,
      mandeld_oldest_tile_seconds: 0,
      'mandeld_state{state="waiting for space"}': 0,
      'mandeld_state{state="working"}': 1,
    });
  });

  it('can be asked for before there is a daemon', async () => {
    const samples = samplesOf(await new Metrics(() => null, LABELS).text());
    expect(samples['mandeld_state{state="joining"}']).toBe(1);
    expect(samples).not.toHaveProperty('mandeld_free_bytes');
  });
});

describe('their server', () => {
  it('answers GET and HEAD of /metrics, and nothing else', async () => {
    const { url } = await serve(() => PROGRESS);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(samplesOf(await answer.text())['mandeld_workers']).toBe(2);
    expect((await fetch(`${url}?a=b`)).status).toBe(200);
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    for (const path of ['/', '/metrics/x', '/../etc/passwd'])
      expect((await fetch(new URL(path, url))).status, path).toBe(404);
  });

  it('tells of its own failure, not of success', async () => {
    const { url } = await serve(() => {
      throw new Error('no look');
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([500, 'Error: no look\n']);
  });

  it('fails when the port is in use', async () => {
    const { url } = await serve(() => PROGRESS);
    const port = Number(new URL(url).port);
    const second = MetricsServer.listen(new Metrics(() => PROGRESS, LABELS), '127.0.0.1', port);
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes although somebody keeps a connection open, idle or in the middle of a question', async () => {
    const { url, server } = await serve(() => PROGRESS);
    await (await fetch(url)).text();
    const half = connect(Number(new URL(url).port), '127.0.0.1');
    await once(half, 'connect');
    half.write('GET /metr');
    half.on('error', () => undefined);
    const since = performance.now();
    await server.close();
    expect(performance.now() - since).toBeLessThan(5000);
    await expect(fetch(url)).rejects.toThrow();
  });
});
