import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/cache/layout.js';
import type { ClientReport, StatusReport } from '../../src/cache/status-report.js';
import { describeStatus } from '../../src/cli/status-text.js';

const CLIENT: ClientReport = {
  name: 'host42',
  alive: true,
  heartbeatAge: 3.4,
  state: 'working',
  host: 'host42',
  pid: 7,
  version: '0.1.0',
  started: '2024-01-01T00:00:00.000Z',
  workers: 8,
  subdivided: 1234,
  made: 5,
  tilesPerSecond: 12.345,
  tilesPerSecond5m: 11.04,
  holding: 9,
  current: [
    { address: 'M0231', task: 'subdivide', age: 4.2 },
    { address: 'M0232', task: 'subdivide', age: 1 },
  ],
  lockWait: 0.01,
  errors: 1,
  lastError: { text: 'the cache could not be used; trying again: EIO', age: 130 },
};
const STATUS: StatusReport = {
  settings: { format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 },
  totals: { todo: 2, working: 1, done: 1, boring: 0, wanted: 0 },
  levels: [{ level: 0, todo: 2, working: 1, done: 1, boring: 0 }],
  deepestLevel: 0,
  oldestTodo: { address: 'M', age: 7300, isCertain: true },
  clients: [CLIENT],
  films: [],
  freeBytes: 1.5 * 2 ** 30,
  totalBytes: 3 * 2 ** 30,
  freeInodes: 10,
  totalInodes: 20,
};

function linesOf(change: Partial<StatusReport>): string[] {
  return describeStatus('/mnt/mandel', { ...STATUS, ...change }).split('\n');
}

describe('status in words', () => {
  it('tells of films, and of those whose leader is gone', () => {
    const film = {
      key: 'a'.repeat(64) as Key,
      age: 1,
      alive: true,
      leader: 'zoom-1 on host42',
      format: 'mp4',
      theme: 'Galaxy',
      size: '64x36',
      fps: 20,
      frames: 128,
      done: 3,
      cached: 4,
      computed: 5,
      missing: 6,
      seconds: 7,
      frame: null,
    };
    const lines = linesOf({ films: [film, { ...film, leader: 'a\u202eb', alive: false, age: 200 }] });
    expect(lines.slice(-2)).toEqual([
      'film 64x36 mp4 Galaxy: 3 of 128 frames, 6 tiles missing (zoom-1 on host42)',
      'film 64x36 mp4 Galaxy: 3 of 128 frames, silent for 3 min (a b)',
    ]);
  });

  it('is a compact table', () => {
    expect(linesOf({})).toEqual([
      '/mnt/mandel: theme Classic, png, lease 60 s',
      'disk: 1.5 of 3.0 GiB free, 10 of 20 inodes free',
      'deepest level 0, oldest in todo/ M (level 0), 2 h old',
      '',
      'level  todo  working  done  boring',
      '    0     2        1     1       0',
      'all       2        1     1       0',
      '',
      'client  state    host    cores  tiles  made  tiles/s  (5 min)  held  beat  errors',
      'host42  working  host42      8   1234     5     12.3     11.0     9   3 s       1',
      '  subdivide M0231 (level 4) for 4 s, and 1 more',
      '  error 2 min ago: the cache could not be used; trying again: EIO',
      '12.3 tiles/s together, 11.0 over 5 minutes',
    ]);
  });

  it('tells what is unknown, and counts no rate of the dead', () => {
    const old = { made: null, tilesPerSecond5m: null, current: null, errors: null, lastError: null };
    const lines = linesOf({
      clients: [
        { ...CLIENT, ...old },
        { ...CLIENT, ...old, name: 'dead', alive: false, heartbeatAge: null },
      ],
      oldestTodo: { address: 'M0', age: 12, isCertain: false },
      freeInodes: null,
    });
    expect(lines[1]).toBe('disk: 1.5 of 3.0 GiB free');
    expect(lines[2]).toContain('M0 (level 1), at least 12 s old');
    expect(lines.at(-3)).toMatch(/^host42 .* 1234 +- +12\.3 +- +9 +3 s +-$/);
    expect(lines.at(-2)).toMatch(/^dead +dead /);
    expect(lines.at(-1)).toBe('12.3 tiles/s together, 0.0 over 5 minutes');
    expect(linesOf({ oldestTodo: null, deepestLevel: null })[2]).toBe('nothing in todo/');
  });

  it('stays within 100 columns, and lets nobody move the cursor', () => {
    const evil = '\u001b[2J\r\n\u009b\u202e'.padEnd(300, 'x');
    const wide = {
      ...CLIENT,
      name: 'n'.repeat(64),
      host: evil,
      workers: 1024,
      subdivided: 1_234_567,
      tilesPerSecond: 1234.5,
      heartbeatAge: 86_000,
      current: [{ address: evil, task: evil, age: 1e6 }],
      lastError: { text: evil, age: 5 },
    };
    for (const state of ['waiting for space', evil]) {
      const lines = linesOf({ clients: [{ ...wide, state }] });
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
      // oxlint-disable-next-line no-control-regex
      expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
  });
});
