import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useCaches } from './support/caches.js';
import { BINARY, daemon, entries } from './support/mandeld.js';

const caches = useCaches();

/** Runs a command on a pseudo terminal and prints what it shows. */
const PTY = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';

describe('the log', () => {
  it('is JSON lines on stderr where nobody watches; stdout stays empty', async () => {
    const root = await caches.fresh();
    const end = await daemon(root, 'a', '--max-tiles', '2', '--log-level', 'debug').ended;
    expect(end).toMatchObject({ code: 0, out: '' });
    const log = entries(end.err);
    expect(log.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['started', 'mode', 'merged', 'stopped']),
    );
    expect(log.at(-1)).toMatchObject({
      msg: 'stopped',
      mode: 'stopped',
      subdivided: 2,
      tilesPerSecond: expect.any(Number) as number,
      samples: { unresolved: 0 },
    });
    expect(end.err).not.toContain('\u001b');
  });

  it('is silent when asked to be', async () => {
    const root = await caches.fresh();
    expect(await daemon(root, 'a', '--max-tiles', '1', '--log-level', 'silent').ended).toMatchObject({
      out: '',
      err: '',
    });
  });

  it('on a terminal is readable lines above one line of progress', async ({ skip }) => {
    if (spawnSync('python3', ['-c', 'import pty']).status !== 0) skip('no python3 with pty');
    const root = await caches.fresh();
    const args = ['-c', PTY, process.execPath, BINARY, '--cache', root, '--client', 'a', '--workers', '1'];
    const child = spawn('python3', [...args, '--max-tiles', '4'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let shown = '';
    child.stdout.on('data', (text: Buffer) => (shown += String(text)));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(shown).toMatch(/\d\d:\d\d:\d\d info +started cache=/);
    expect(shown).toMatch(/\r\u001b\[Kworking: \d+ tiles done, \d+ todo, level \d+, \d+\.\d tiles\/s/);
    expect(shown).toMatch(/stopped: 4 tiles done, .* tiles\/s\r?\n/);
    expect(shown).not.toContain('{"level"');
  });
});
