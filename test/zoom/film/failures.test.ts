import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { openFilm, type FilmFormat } from '../../../src/zoom/film/film.js';
import { temporaryFolder } from '../../cache/support/folder.js';
import { canMount, runWithMounts } from '../../support/own-mounts.js';
import { noise } from './support/clip.js';
import { hasFfmpeg } from './support/ffmpeg.js';

const SIZE = { width: 128, height: 96, fps: 10 };
const FRAME = noise(SIZE.width, SIZE.height, 1);
const PROGRAM = fileURLToPath(new URL('support/program.js', import.meta.url));

const EVERY: readonly { format: FilmFormat; ffmpeg?: null }[] = [
  ...(hasFfmpeg ? ([{ format: 'mp4' }, { format: 'webm' }] as const) : []),
  { format: 'mp4', ffmpeg: null },
  { format: 'gif' },
  { format: 'apng' },
  { format: 'png' },
  { format: 'frames' },
];

/** Whether a process is there and no zombie. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !status.includes(') Z');
}

describe('arguments', () => {
  it.each([
    [{ format: 'mp4', width: 127 }, /expected an even width of 2 to 65535 pixels .* got 127/],
    [{ format: 'webm', height: 95 }, /expected an even height/],
    [{ format: 'gif', width: 0 }, /expected a width/],
    [{ format: 'gif', fps: 60 }, /expected at most 50 frames a second in a GIF, got 60/],
    [{ format: 'apng', fps: 0 }, /frames a second, got 0/],
    [{ format: 'png', frames: 0 }, /expected 1 to 10000000 frames, got 0/],
    [{ format: 'avi' as FilmFormat }, /expected a format of mp4, .*, got avi/],
  ] as const)('%o', async (wrong, message) => {
    const folder = await temporaryFolder();
    const usual = { ...SIZE, path: join(folder, 'a'), frames: 3, format: 'gif' } as const;
    const options = { ...usual, ...wrong };
    await expect(openFilm(options)).rejects.toThrow(message);
    await expect(openFilm(options)).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('a wrong frame changes nothing', async () => {
    const folder = await temporaryFolder();
    const film = await openFilm({ ...SIZE, path: join(folder, 'a'), format: 'frames', frames: 2 });
    await film.add(FRAME);
    await expect(film.add(FRAME.subarray(1))).rejects.toThrow(/expected a frame of 36864 bytes, got 36863/);
    await expect(film.finish()).rejects.toThrow(/expected 2 frames, got 1/);
    const [first, second] = await Promise.allSettled([film.add(FRAME), film.add(FRAME)]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    await expect(film.add(FRAME)).rejects.toThrow(/expected 2 frames, got one more/);
    await film.finish();
    await film.abort();
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('what is in the place of the film', () => {
  it.each<FilmFormat>(['gif', 'png'])('is replaced at the end, when it is a film: %s', async (format) => {
    const path = join(await temporaryFolder(), 'a');
    for (const frames of [3, 2]) {
      const film = await openFilm({ ...SIZE, path, format, frames });
      for (let frame = 0; frame < frames; frame++) await film.add(FRAME);
      await film.finish();
    }
    if (format === 'png') expect((await readdir(path)).toSorted()).toEqual(['000000.png', '000001.png']);
    expect(await readdir(join(path, '..'))).toEqual(['a']);
  });

  it('is kept, when it is something else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await mkdir(path);
    await writeFile(join(path, 'letter.txt'), 'dear');
    for (const format of ['png', 'gif'] as const) {
      await expect(openFilm({ ...SIZE, path, format, frames: 1 })).rejects.toMatchObject({ code: 'EEXISTS' });
    }
    const file = join(path, 'letter.txt');
    await expect(openFilm({ ...SIZE, path: file, format: 'png', frames: 1 })).rejects.toMatchObject({
      code: 'EEXISTS',
    });
    expect(await readFile(file, 'utf8')).toBe('dear');
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('without ffmpeg', () => {
  it('a webm is refused, and it is said what to do', async () => {
    const folder = await temporaryFolder();
    const options = { ...SIZE, path: join(folder, 'a.webm'), format: 'webm', frames: 1 } as const;
    for (const ffmpeg of [null, '/no/such/ffmpeg', '/bin/false']) {
      const error: unknown = await openFilm({ ...options, ffmpeg }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'ENOENCODER', path: options.path });
      expect(String(error)).toMatch(/apt install ffmpeg.*mp4, gif, apng, png, frames/s);
    }
    await expect(openFilm({ ...options, format: 'mp4', ffmpeg: '/no/such/ffmpeg' })).rejects.toMatchObject({
      code: 'ENOENCODER',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.each(EVERY)('nothing is left: $format, ffmpeg $ffmpeg', (choice) => {
  it('of a film that is given up, before, between and during frames', async () => {
    const folder = await temporaryFolder();
    const options = { ...SIZE, path: join(folder, 'a'), frames: 4, ...choice };
    for (const frames of [0, 2]) {
      const film = await openFilm(options);
      for (let frame = 0; frame < frames; frame++) await film.add(FRAME);
      await film.abort();
      await film.abort();
      expect(await readdir(folder)).toEqual([]);
      await expect(film.add(FRAME)).rejects.toMatchObject({ code: 'EABORTED' });
      await expect(film.finish()).rejects.toMatchObject({ code: 'EABORTED' });
    }
    const film = await openFilm(options);
    const [added] = await Promise.allSettled([film.add(FRAME), film.abort()]);
    // It may just have been taken.
    if (added.status === 'rejected') expect(added.reason).toMatchObject({ code: 'EABORTED' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('of one that is given up while it is finished, unless it is there', async () => {
    const folder = await temporaryFolder();
    const film = await openFilm({ ...SIZE, path: join(folder, 'a'), frames: 1, ...choice });
    await film.add(FRAME);
    const [finished] = await Promise.allSettled([film.finish(), film.abort()]);
    expect(await readdir(folder)).toEqual(finished.status === 'fulfilled' ? ['a'] : []);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('when the process is told to end by %s', async (signal) => {
    const folder = await temporaryFolder();
    const child = spawn(process.execPath, [PROGRAM, join(folder, 'a'), JSON.stringify(choice), '1000', '3'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect((await readdir(folder)).length).toBe(1);
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    child.kill(signal);
    const [, by] = (await once(child, 'exit')) as [number | null, string | null];
    expect(by).toBe(signal);
    expect(await readdir(folder)).toEqual([]);
    for (const pid of children.split(' ').filter(Boolean))
      await vi.waitFor(async () => expect(await isAlive(Number(pid))).toBe(false), 5000);
  });
});

describe.runIf(hasFfmpeg)('an ffmpeg that is killed', () => {
  /** Notes its process id and becomes ffmpeg. */
  async function ffmpegThatTells(folder: string): Promise<{ ffmpeg: string; pid: () => Promise<number> }> {
    const ffmpeg = join(folder, 'ffmpeg');
    await writeFile(ffmpeg, `#!/bin/sh\necho $$ >"${ffmpeg}.pid"\nexec ffmpeg "$@"\n`);
    await chmod(ffmpeg, 0o755);
    return { ffmpeg, pid: async () => Number(await readFile(`${ffmpeg}.pid`, 'utf8')) };
  }

  it.each(['mp4', 'webm'] as const)('%s: is told, and nothing is left', async (format) => {
    const tools = await temporaryFolder();
    const folder = await temporaryFolder();
    const { ffmpeg, pid } = await ffmpegThatTells(tools);
    const path = join(folder, 'a');
    for (const frames of [1, 10]) {
      const film = await openFilm({ ...SIZE, path, format, frames: 10, ffmpeg });
      for (let frame = 0; frame < frames; frame++) await film.add(FRAME);
      process.kill(await pid(), 'SIGKILL');
      const rest = async (): Promise<void> => {
        for (let frame = frames; frame < 10; frame++) await film.add(FRAME);
        await film.finish();
      };
      const error: unknown = await rest().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'FilmError', code: 'EENCODER', path });
      expect(String(error)).toContain('SIGKILL');
      await expect(film.finish()).rejects.toBe(error);
      expect(await readdir(folder)).toEqual([]);
    }
  });
});

describe.runIf(canMount())('a full disk', () => {
  // A film in a small disk; what is left there is listed.
  const SCRIPT = 'mount -t tmpfs -o size="$5" none "$1" && "$2" "$3" "$1/a" "$4" 60 60; ls -A "$1"';
  const cases = EVERY.flatMap((choice) => ['64k', '400k'].map((size) => ({ ...choice, size })));

  it.each(cases)(
    '$format, ffmpeg $ffmpeg, $size: ENOSPC, and nothing is left',
    async ({ size, ...choice }) => {
      const disk = await temporaryFolder();
      const args = [disk, process.execPath, PROGRAM, JSON.stringify(choice), size];
      const answer = runWithMounts(SCRIPT, args, 60_000);
      expect(answer.stderr).toBe('');
      expect(answer.stdout).toMatch(/^FilmError ENOSPC the disk of .*\/a is full; .*\n$/);
    },
  );
});
