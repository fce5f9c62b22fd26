import { writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { mandeld } from './support/command-line.js';
import { BINARY, killAll, run, start } from '../e2e/support/mandeld.js';
import { temporaryFolder } from '../cache/support/folder.js';

afterEach(killAll);

const COMMANDS = ['init', 'status', 'check', 'inspect', 'point', 'area', 'join', 'completion'];

describe('help', () => {
  it('of mandeld names every command and option, on stdout', async () => {
    const end = await run('--help');
    expect(end).toMatchObject({ code: 0, err: '' });
    for (const command of COMMANDS) expect(end.out).toContain(`mandeld ${command}`);
    const options = [
      'cache',
      'client',
      'workers',
      'max-level',
      'max-tiles',
      'until-idle',
      'min-free',
      'log-level',
      'metrics-port',
      'metrics-host',
    ];
    for (const option of options) expect(end.out).toContain(`--${option}`);
    expect(end.out).not.toContain('undefined');
  });

  it('of every command describes it', async () => {
    const ends = await Promise.all(COMMANDS.map(async (command) => await mandeld(command, '--help')));
    for (const [i, end] of ends.entries()) {
      expect(end, COMMANDS[i]).toMatchObject({ code: 0, err: '' });
      expect(end.out).toContain(`mandeld ${COMMANDS[i]}`);
    }
  });

  it('names the version', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });
});

/** A command line, and what its one line on stderr must say; all end with code 2 and an empty stdout. */
const MISTAKES: [string[], RegExp][] = [
  [[], /--cache DIR/],
  [['--cache', ''], /--cache DIR/],
  [['--cahce', 'x'], /no option --cahce; did you mean --cache\?/],
  [['--cache', 'x', '--max-levle', '3'], /did you mean --max-level\?/],
  [['stauts', 'x'], /no command stauts; did you mean "mandeld status"\?/],
  [['chekc', 'x'], /did you mean "mandeld check"/],
  [['check', 'x', '--jsno'], /did you mean --json\?/],
  [['--cache', 'x', 'xyzzyplugh'], /"xyzzyplugh" is neither/],
  [['--cache', 'x', '--workers', '0'], /--workers as a whole number from 1/],
  [['--cache', 'x', '--workers', 'many'], /--workers as a whole number/],
  [['--cache', 'x', '--workers', '1.5'], /--workers/],
  [['--cache', 'x', '--max-level', '-1'], /--max-level as a whole number from 0 to 20000, got -1/],
  [['--cache', 'x', '--max-level', '20001'], /--max-level/],
  [['--cache', 'x', '--max-tiles', '-5'], /--max-tiles/],
  [['--cache', 'x', '--min-free', 'lots'], /--min-free as a size/],
  [['--cache', 'x', '--min-free', '-1'], /--min-free as a size/],
  [['--cache', 'x', '--log-level', 'loud'], /log-level/],
  [['--cache', 'x', '--metrics-port', '65536'], /--metrics-port as a whole number from 0 to 65535/],
  [['--cache', 'x', '--metrics-port', 'any'], /--metrics-port/],
  [
    ['--cache', 'x', '--metrics-port', '0', '--metrics-host', '192.0.2.1'],
    /nothing can listen.*EADDRNOTAVAIL/,
  ],
  [['init'], /mandeld init expects 1 or more words/],
  [['init', 'x', '--theme', 'None'], /theme/],
  [['init', 'x', '--image', 'gif'], /image/],
  [['init', 'x', '--lease', '1'], /--lease from 2 to 86400/],
  [['init', 'x', '--lease', 'long'], /--lease/],
  [['point', '1'], /mandeld point expects 2 or more words after it, got 1/],
  [['inspect'], /mandeld inspect expects 1/],
  [['inspect', '/nonexistent.raw'], /there is no \/nonexistent\.raw/],
];

describe('a mistake on the command line', () => {
  it.each(MISTAKES)('%j is explained, code 2', async (args, expected) => {
    const end = await mandeld(...args);
    expect(end, end.err).toMatchObject({ code: 2, out: '' });
    expect(end.err).toMatch(expected);
    expect(end.err).toMatch(/^mandeld: /);
    expect(end.err.split('\n').length).toBeLessThanOrEqual(3);
    expect(end.err).not.toContain('this is a bug');
  });

  it('in a client name or a place is an error of the cache, code 3', async () => {
    const root = await temporaryFolder();
    await run('init', `${root}/c`);
    const name = await run('--cache', `${root}/c`, '--client', '../x');
    expect(name).toMatchObject({ code: 3, out: '' });
    expect(name.err).toContain('(ECLIENTNAME)');
    const none = await run('--cache', `${root}/none`);
    expect(none.err).toMatch(/^mandeld: .*mandeld init.*\(ENOCACHE\)\n$/);
    const again = await run('init', `${root}/c`);
    expect(again).toMatchObject({ code: 3, out: '' });
    expect(again.err).toContain('(EEXISTS)');
  });
});

describe('options', () => {
  it('may be ended with -- before negative coordinates', async () => {
    expect(await run('point', '--', '-0.12', '0.74')).toMatchObject({ code: 0, err: '' });
    expect((await run('point', '--json', '--', '-1e-1', '-1e-1')).out).toContain('"period":1');
  });

  it('may come from the environment, below the command line', async () => {
    const root = await temporaryFolder();
    await run('init', `${root}/c`);
    const env = {
      MANDELD_CACHE: `${root}/c`,
      MANDELD_MAX_TILES: '1',
      MANDELD_CLIENT: 'env',
      MANDELD_WORKERS: '1',
    };
    const one = await start(['--max-tiles', '0'], env).ended;
    expect(one.code, one.err).toBe(0);
    expect(one.err).toContain('"client":"env"');
    expect(one.err).toContain('"subdivided":0');
  });

  it('of one command in the environment do not hinder another, nor do unknown ones', async () => {
    const env = {
      MANDELD_CACHE: '/nowhere',
      MANDELD_WORKERS: 'many',
      MANDELD_NONSENSE: '1',
      MANDELD_JSON: '1',
    };
    const { code, out, err } = await start(['point', '-0.12', '0.74'], env).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ kind: 'interior', period: 3 });
    const off = await start(['point', '-0.12', '0.74'], { MANDELD_JSON: '0' }).ended;
    expect(off.out).toMatch(/^interior, period 3/);
  });

  it('may come from a config file, below the command line', async () => {
    const root = await temporaryFolder();
    const config = `${root}/config.json`;
    await run('init', `${root}/c`);
    await writeFile(
      config,
      JSON.stringify({ cache: `${root}/c`, 'max-tiles': 0, client: 'file', workers: 1 }),
    );
    const one = await start(['--config', config, '--client', 'flag']).ended;
    expect(one.code, one.err).toBe(0);
    expect(one.err).toContain('"client":"flag"');
  });

  it.each([
    ['missing', null],
    ['no JSON', '{'],
    ['a list', '[]'],
  ])('in a config file that is %s are refused with its name', async (_what, text) => {
    const config = `${await temporaryFolder()}/config.json`;
    if (text !== null) await writeFile(config, text);
    const { code, err } = await run('--config', config);
    expect(code).toBe(2);
    expect(err).toContain(config);
  });
});

describe('completion', () => {
  it('prints a script for a shell, and completes commands', async () => {
    const script = await run('completion');
    expect(script).toMatchObject({ code: 0, err: '' });
    expect(script.out).toMatch(/complete|compdef/);
    const names = await start(['--get-yargs-completions', 'mandeld', 'st'], { SHELL: '/bin/bash' }).ended;
    expect(names.out.split('\n')).toContain('status');
  });
});

describe('a reader that has seen enough', () => {
  it('ends a command without a word', async () => {
    const child = spawn('sh', ['-c', '"$0" "$1" --help | true; exit 0', process.execPath, BINARY], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (text: Buffer) => (err += String(text)));
    await once(child, 'close');
    expect(err).toBe('');
  });

  it.each(['stdout', 'stderr'])('or a full disk behind %s is no stack trace', async (stream) => {
    const root = await temporaryFolder();
    await run('init', `${root}/c`);
    const command =
      stream === 'stdout'
        ? `status ${root}/c >/dev/full`
        : `--cache ${root}/c --max-tiles 1 --workers 1 2>/dev/full`;
    const child = spawn('sh', ['-c', `"$0" "$1" ${command}; echo "code $?"`, process.execPath, BINARY], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += String(text)));
    child.stderr.on('data', (text: Buffer) => (err += String(text)));
    await once(child, 'close');
    expect(err).not.toContain('    at ');
    // The log is lost, the work is not.
    if (stream === 'stderr') expect(out).toContain('code 0');
  });
});
