/// <reference lib="dom" />
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FilmFormat } from '../../../src/zoom/film/film.js';
import { temporaryFolder } from '../../cache/support/folder.js';
import { hasChromium, LAUNCH } from '../../support/chromium.js';
import { HEIGHT, largestError, makeFilm, WIDTH } from './support/clip.js';
import { hasFfmpeg } from './support/ffmpeg.js';

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  webm: 'video/webm',
  gif: 'image/gif',
  png: 'image/png',
};

/**
 * Of 255. Without a GPU the browser makes RGB with factors of 7 bits, and blue's 2.11 becomes 2: the blue of saturated colours is 12 off,
 * for every film in BT.709. The matrix of BT.601 would be 20 to 30 off.
 */
const LIBYUV = 13;

/** What runs in the page: the frames as pixels, and how long the film is. */
interface Shown {
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly count: number;
  /** Of the frames that were asked for, RGBA. */
  readonly pixels: readonly (readonly number[])[];
}

describe.runIf(hasChromium('FILMS WERE'))('a browser shows', { timeout: 60_000 }, () => {
  let browser: Browser;
  let server: Server;
  let served = '';

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
        return;
      }
      void readFile(served).then((bytes) => {
        response.writeHead(200, { 'content-type': TYPES[served.split('.').at(-1)!] }).end(bytes);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch(LAUNCH);
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<{ format: FilmFormat; name: string; ffmpeg?: null; tolerance: number; show: typeof showVideo }>([
    ...(hasFfmpeg
      ? ([
          { format: 'mp4', name: 'a.mp4', tolerance: LIBYUV, show: showVideo },
          { format: 'webm', name: 'a.webm', tolerance: LIBYUV, show: showVideo },
        ] as const)
      : []),
    { format: 'mp4', name: 'a.mp4', ffmpeg: null, tolerance: LIBYUV + 3, show: showVideo },
    { format: 'gif', name: 'a.gif', tolerance: 0, show: showImage },
    { format: 'apng', name: 'a.png', tolerance: 0, show: showImage },
  ])('$format (ffmpeg: $ffmpeg)', async ({ format, name, ffmpeg, tolerance, show }) => {
    const choice = ffmpeg === null ? { ffmpeg } : {};
    served = await makeFilm(await temporaryFolder(), name, { format, fps: 10, frames: 25, ...choice });
    const page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    const wanted = [0, 7, 24];
    const { width, height, duration, count, pixels } = await show(page, join('/', basename(served)), wanted);
    await page.close();
    expect([width, height, count]).toEqual([WIDTH, HEIGHT, 25]);
    expect(duration).toBeCloseTo(2.5, 3);
    for (const [i, rgba] of pixels.entries()) {
      const rgb = Uint8Array.from(rgba.filter((_, at) => at % 4 !== 3));
      expect(largestError(rgb, wanted[i]), `frame ${wanted[i]}`).toBeLessThanOrEqual(tolerance);
    }
  });
});

/** A video cannot be asked for its number of frames; it is known by what stands at its end. */
async function showVideo(page: Page, url: string, frames: readonly number[]): Promise<Shown> {
  return await page.evaluate(
    async ({ url: address, wanted }) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = URL.createObjectURL(await (await fetch(address)).blob());
      await new Promise((resolve, reject) => {
        video.addEventListener('canplaythrough', resolve, { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
      });
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      const pixels: number[][] = [];
      for (const frame of wanted) {
        const isThere = new Promise((resolve) => {
          video.addEventListener('seeked', resolve, { once: true });
        });
        video.currentTime = (frame + 0.5) / 10;
        await isThere;
        context.drawImage(video, 0, 0);
        pixels.push([...context.getImageData(0, 0, canvas.width, canvas.height).data]);
      }
      const { videoWidth: width, videoHeight: height, duration } = video;
      return { width, height, duration, count: Math.round(duration * 10), pixels };
    },
    { url, wanted: [...frames] },
  );
}

async function showImage(page: Page, url: string, frames: readonly number[]): Promise<Shown> {
  return await page.evaluate(
    async ({ url: address, wanted }) => {
      const answer = await fetch(address);
      const decoder = new ImageDecoder({
        type: answer.headers.get('content-type')!,
        data: await answer.arrayBuffer(),
        colorSpaceConversion: 'none',
      });
      await decoder.tracks.ready;
      const count = decoder.tracks.selectedTrack!.frameCount;
      const pixels: number[][] = [];
      let [width, height, duration] = [0, 0, 0];
      for (let frame = 0; frame < count; frame++) {
        const { image } = await decoder.decode({ frameIndex: frame });
        [width, height] = [image.displayWidth, image.displayHeight];
        duration += image.duration! / 1e6;
        if (wanted.includes(frame)) {
          const context = new OffscreenCanvas(width, height).getContext('2d')!;
          context.drawImage(image, 0, 0);
          pixels.push([...context.getImageData(0, 0, width, height).data]);
        }
        image.close();
      }
      return { width, height, duration, count, pixels };
    },
    { url, wanted: [...frames] },
  );
}
