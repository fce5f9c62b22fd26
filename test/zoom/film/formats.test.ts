import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { FilmFormat } from '../../../src/zoom/film/film.js';
import { temporaryFolder } from '../../cache/support/folder.js';
import { bars, HEIGHT, largestError, makeFilm, WIDTH } from './support/clip.js';
import { decode, hasFfmpeg, probe, times } from './support/ffmpeg.js';

const BT709 = {
  pix_fmt: 'yuv420p',
  color_range: 'tv',
  color_space: 'bt709',
  color_primaries: 'bt709',
  color_transfer: 'bt709',
};

interface Case {
  readonly title: string;
  readonly format: FilmFormat;
  readonly ffmpeg?: null;
  readonly name: string;
  readonly codec: string;
  readonly says: Record<string, unknown>;
  /** Of 255. */
  readonly tolerance: number;
}

const CASES: readonly Case[] = [
  { title: 'mp4', format: 'mp4', name: 'a.mp4', codec: 'h264', says: BT709, tolerance: 2 },
  {
    title: 'mp4 by the bundled encoder',
    format: 'mp4',
    ffmpeg: null,
    name: 'a.mp4',
    codec: 'h264',
    says: { ...BT709, profile: 'Constrained Baseline' },
    tolerance: 4,
  },
  { title: 'webm', format: 'webm', name: 'a.webm', codec: 'vp9', says: BT709, tolerance: 2 },
  { title: 'gif', format: 'gif', name: 'a.gif', codec: 'gif', says: {}, tolerance: 0 },
  { title: 'apng', format: 'apng', name: 'a.png', codec: 'apng', says: { pix_fmt: 'rgb24' }, tolerance: 0 },
];

describe.runIf(hasFfmpeg)('read back by ffmpeg', () => {
  it.each(CASES)(
    '$title: frames in order, their number, size, rate, colours',
    async ({ format, ffmpeg, name, codec, says, tolerance }) => {
      const folder = await temporaryFolder();
      // Three segments between key frames of two seconds, the last one a single frame.
      const frames = 41;
      const options = { format, fps: 10, frames, ...(ffmpeg === null ? { ffmpeg } : {}) };
      const path = await makeFilm(folder, name, options);
      expect(await readdir(folder)).toEqual([name]);
      const found = probe(path);
      expect(found).toMatchObject({
        codec_name: codec,
        width: WIDTH,
        height: HEIGHT,
        r_frame_rate: '10/1',
        avg_frame_rate: '10/1',
        nb_read_frames: String(frames),
        ...says,
      });
      const decoded = decode(path, WIDTH * HEIGHT * 3);
      expect(decoded.length).toBe(frames);
      for (const [frame, rgb] of decoded.entries()) {
        expect(largestError(rgb, frame), `frame ${frame}`).toBeLessThanOrEqual(tolerance);
      }
      if (format !== 'apng') {
        for (const [frame, time] of times(path).entries()) expect(time).toBeCloseTo(frame / 10, 2);
      }
    },
  );

  it.each([
    [12, '12/1'],
    [23.976, '2997/125'],
    [59.94, '2997/50'],
    [0.5, '1/2'],
  ])('mp4 at %f frames a second, with both encoders', async (fps, rate) => {
    const folder = await temporaryFolder();
    for (const ffmpeg of [undefined, null]) {
      const choice = ffmpeg === null ? { ffmpeg } : {};
      const found = probe(await makeFilm(folder, 'a.mp4', { format: 'mp4', fps, frames: 5, ...choice }));
      expect(found).toMatchObject({ avg_frame_rate: rate, nb_read_frames: '5' });
      expect(Number(found['duration'])).toBeCloseTo(5 / fps, 3);
    }
  });

  it('a gif takes as long as it should although its clock is coarse', async () => {
    const path = await makeFilm(await temporaryFolder(), 'a.gif', { format: 'gif', fps: 30, frames: 60 });
    const shown = times(path);
    expect(shown.length).toBe(60);
    for (const [frame, time] of shown.entries()) expect(Math.abs(time - frame / 30)).toBeLessThan(0.0051);
  });
});

describe('mp4', () => {
  it.each([
    ...(hasFfmpeg ? [{ title: 'by ffmpeg', choice: {} }] : []),
    { title: 'by the bundled encoder', choice: { ffmpeg: null } },
  ])('$title has its index in front', async ({ choice }) => {
    const options = { format: 'mp4', fps: 10, frames: 25, ...choice } as const;
    const bytes = await readFile(await makeFilm(await temporaryFolder(), 'a.mp4', options));
    const [moov, mdat] = ['moov', 'mdat'].map((type) => bytes.indexOf(type));
    expect(moov).toBeGreaterThan(0);
    expect(mdat).toBeGreaterThan(moov);
  });
});

describe('pictures', () => {
  it('png: a folder with a picture for each frame', async () => {
    const folder = await makeFilm(await temporaryFolder(), 'a', { format: 'png', fps: 10, frames: 3 });
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual(['000000.png', '000001.png', '000002.png']);
    for (const frame of names.keys()) expectBars(await readFile(join(folder, `00000${frame}.png`)), frame);
  });

  it('frames: a line of JSON for each frame', async () => {
    const path = await makeFilm(await temporaryFolder(), 'a.jsonl', { format: 'frames', fps: 10, frames: 3 });
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.length).toBe(3);
    for (const [i, line] of lines.entries()) {
      const { frame, png } = JSON.parse(line) as { frame: number; png: string };
      expect(frame).toBe(i);
      expectBars(Buffer.from(png, 'base64'), i);
    }
  });
});

describe('the same frames', () => {
  const formats: readonly { format: FilmFormat; ffmpeg?: null }[] = [
    ...(hasFfmpeg ? ([{ format: 'mp4' }, { format: 'webm' }] as const) : []),
    { format: 'mp4', ffmpeg: null },
    { format: 'gif' },
    { format: 'apng' },
    { format: 'frames' },
  ];

  it.each(formats)('give the same bytes: $format, ffmpeg $ffmpeg', async (choice) => {
    const folder = await temporaryFolder();
    const first = await readFile(await makeFilm(folder, 'first', { ...choice, fps: 10, frames: 23 }));
    // A clock with seconds would be seen.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = await readFile(await makeFilm(folder, 'second', { ...choice, fps: 10, frames: 23 }));
    expect(first.length).toBeGreaterThan(1000);
    expect(second.equals(first)).toBe(true);
  });
});

function expectBars(png: Buffer, frame: number): void {
  const { width, height, data } = PNG.sync.read(png);
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  expect(
    Buffer.compare(
      data.filter((_, i) => i % 4 !== 3),
      bars(frame),
    ),
  ).toBe(0);
}
