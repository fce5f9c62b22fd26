import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cache/support/folder.js';
import { mandeld } from '../cli/support/command-line.js';
import { entries, killAll, start } from '../e2e/support/mandeld.js';
import { main } from '../../src/cli/main.js';
import { parseHubAddress } from '../../src/volunteer/hub-address.js';
import { fail, FakeHub, TOKEN } from './support/fake-hub.js';
import { someTiles } from './support/tiles.js';
import { expectAll, until } from './support/volunteers.js';

const tiles = someTiles();
afterEach(killAll);

describe('mandeld join', () => {
  it('computes all tiles, tells it in JSON, and keeps its state where XDG says', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const home = await temporaryFolder();
    const running = start(['join', hub.url, '--workers', '2', '--until-idle', '--json'], {
      MANDELD_TOKEN: TOKEN,
      XDG_STATE_HOME: home,
    });
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(0);
    expectAll(hub, tiles);
    const events = entries(out) as unknown as { event: string }[];
    expect(events.filter(({ event }) => event === 'uploaded')).toHaveLength(tiles.raws.size);
    expect(events.at(-1)).toMatchObject({ event: 'stopped', uploaded: tiles.raws.size, pending: 0 });
    expect(entries(err).at(-1)).toMatchObject({ msg: 'stopped' });
    expect(await readdir(join(home, 'mandeld/join'))).toEqual([parseHubAddress(hub.url).key]);
    expect(out + err).not.toContain(TOKEN);
  });

  it('shows a line on a terminal', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let shown = '';
    const err = new Writable({
      write(chunk, _encoding, done) {
        shown += String(chunk);
        done();
      },
    });
    const terminal = { out: new PassThrough(), err, interactive: true, columns: 120 };
    const args = ['join', hub.url, '--token', TOKEN, '--until-idle', '--state', await temporaryFolder()];
    const listeners = process.listenerCount('SIGINT');
    expect(await main(args, {}, terminal, '0.0.0')).toBe(0);
    expect(shown).toContain(`stopped: ${tiles.raws.size} tiles done, `);
    expect(shown).toMatch(/tiles\/s, 0 waiting, 0 to upload\n/);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });

  it('ends tidily on the first signal', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const token = join(state, 'token');
    await writeFile(token, `${TOKEN}\n`);
    const args = ['join', hub.url, '--token-file', token, '--workers', '1', '--cpu', '5%', '--state', state];
    const running = start(args);
    await until(() => hub.results.size > 0);
    const { code, signal } = await running.kill('SIGINT');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(hub.count('held')).toBe(0);
    expect(hub.count('returned')).toBeGreaterThan(0);
    expect(hub.count('uploaded')).toBe(hub.results.size);
  });

  it('ends at once on the second signal, and its results are there at the next start', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    hub.misbehave = (seen) => seen.path.includes('/result') || seen.path.includes('/return');
    const args = ['join', hub.url, '--token', TOKEN, '--workers', '1', '--state', state];
    const first = start(args);
    const folder = join(state, parseHubAddress(hub.url).key);
    await first.logs('the hub answers');
    while (!(await readdir(folder)).some((name) => name.endsWith('.result'))) await new Promise(setImmediate);
    first.process.kill('SIGTERM');
    await first.logs('once more to end at once');
    const since = performance.now();
    expect(await first.kill('SIGTERM')).toMatchObject({ code: 130, signal: null });
    expect(performance.now() - since).toBeLessThan(1000);
    hub.misbehave = null;
    hub.expireAll();
    for (const lease of hub.leases) lease.state = 'held';
    hub.queue.length = 0;
    const { code } = await start([...args, '--until-idle']).ended;
    expect(code).toBe(0);
    expect(hub.results.size).toBeGreaterThan(0);
    for (const [address, [bytes]] of hub.results) {
      expect(bytes.equals(tiles.results.get(address)!), address).toBe(true);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('survives kill -9: whatever was finished is uploaded', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const args = ['join', hub.url, '--token', TOKEN, '--workers', '2', '--state', state];
    for (let i = 0; i < 3; i++) {
      const running = start(args);
      const before = hub.results.size;
      await until(() => hub.results.size > before || hub.results.size === tiles.raws.size);
      await running.kill('SIGKILL');
      hub.expireAll();
    }
    expect((await start([...args, '--until-idle']).ended).code).toBe(0);
    expectAll(hub, tiles);
  });

  it('ends with code 3 and advice when the token is refused', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const end = await start(['join', hub.url, '--token', 'wrong', '--state', state, '--log-level', 'error'])
      .ended;
    expect(end).toMatchObject({ code: 3, out: '' });
    expect(end.err).toMatch(/^mandeld: http:.* does not accept the token .*--token-file.*\(ETOKEN\)\n$/);
    hub.misbehave = (_seen, response) => {
      fail(response, 409, 'EVERSION');
      return true;
    };
    const other = await start(['join', hub.url, '--token', TOKEN, '--state', state]).ended;
    expect(other).toMatchObject({ code: 3, err: expect.stringMatching(/\(EVERSION\)\n$/) as string });
  });

  const GOOD = ['join', 'http://127.0.0.1:9/', '--token', 't'];
  it.each<[string[], RegExp]>([
    [['join'], /expects 1 or more words/],
    [['join', 'hub.example.org', '--token', 't'], /address of a hub, such as https:/],
    [['join', 'http://me:secret@a.org', '--token', 't'], /with a name or a password/],
    [['join', 'http://127.0.0.1:9/'], /expected a token, by --token-file FILE/],
    [['join', 'http://127.0.0.1:9/', '--token', 'a b'], /without spaces from --token/],
    [['join', 'http://127.0.0.1:9/', '--token', ''], /without spaces from --token/],
    [['join', 'http://127.0.0.1:9/', '--token-file', '/nowhere/x'], /cannot be read \(ENOENT\)/],
    [[...GOOD, '--cpu', '0%'], /--cpu as a share/],
    [[...GOOD, '--hours', '6-6'], /--hours as times/],
    [[...GOOD, '--workers', '0'], /--workers as a whole number/],
    [[...GOOD, '--max-tiles', '0'], /--max-tiles as a whole number/],
    [[...GOOD, '--worker', '1'], /did you mean --workers/],
  ])('%j is a mistake', async (args, message) => {
    const end = await mandeld(...args);
    expect(end).toMatchObject({ code: 2, out: '' });
    expect(end.err).toMatch(message);
    expect(end.err).not.toContain('secret');
  });

  it('needs a folder that can be written to', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const end = await mandeld('join', 'http://127.0.0.1:9/', '--token', 't', '--state', join(folder, 'file'));
    expect(end).toMatchObject({ code: 3, err: expect.stringMatching(/ESTATE/) as string });
  });

  it('does not tell the variable’s token in its help', async () => {
    const { out } = await start(['join', '--help'], { MANDELD_TOKEN: 'a-secret' }).ended;
    expect(out).toContain('--token-file');
    expect(out).not.toContain('a-secret');
  });

  it('names every option in docs/volunteering.md', async () => {
    const root = new URL('../../', import.meta.url);
    const document = await readFile(new URL('docs/volunteering.md', root), 'utf8');
    const source = await readFile(new URL('src/cli/commands/join.ts', root), 'utf8');
    const names = [...source.matchAll(/\.option\('([a-z-]+)'/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(document, name).toContain(`\`--${name}`);
  });
});
