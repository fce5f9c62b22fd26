import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP, PHONE } from '../support/chromium.js';
import { becomes, describeBrowser, servePages, useBrowser } from './support/browser.js';
import { FILMS } from './support/films.js';
import { useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
const browser = useBrowser();

/** Of what tiles of level 3 are enough, at 64 x 36 pixels. */
const NEAR = '?x=-0.75&y=0.1&r=0.3';
/** Of what they are not. */
const DEEP = '?x=-0.7463&y=0.1102&r=0.0001';
/** Five frames. */
const FIVE = { ...FILMS, frames: 5 };

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Zoom movie to here' }).click();
  await page.getByRole('dialog', { name: 'Zoom movie to here' }).waitFor();
}

/** A film in the page: its seconds and size. */
async function played(page: Page): Promise<number[]> {
  await page.locator('#film-player video').waitFor({ timeout: 60_000 });
  // Texts, because tests know nothing of documents.
  const film = `document.querySelector('#film-player video')`;
  await becomes(page, `${film}.readyState >= 2 || ${film}.error !== null`);
  return await page.evaluate(`[${film}.duration, ${film}.videoWidth, ${film}.videoHeight]`);
}

describeBrowser('the form for films', () => {
  it.each([
    ['desktop', DESKTOP],
    ['phone', { ...PHONE, colorScheme: 'dark' as const }],
  ])('asks for one, shows how far it is, and plays it, on a %s', async (_name, options) => {
    const root = await caches.copy();
    const server = await servePages(root, { films: FIVE });
    const { page, errors } = await browser.open(server.url + NEAR, options);
    await openDialog(page);
    expect(await page.locator('#film-zoom').textContent()).toMatch(/enlarged 4.5 times/);
    expect(await page.getByLabel('Seconds').inputValue()).toBe('0.16');
    expect(await page.getByLabel('Size').inputValue()).toBe('64x36');
    await page.locator('#film-theme').selectOption('Galaxy');
    const asked = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Make the film' }).click();
    expect((await asked).postDataJSON()).toMatchObject({
      START: ['-0.75', '0.1'],
      NUM_FRAMES: 5,
      THEME: 'Galaxy',
      FORMAT: 'mp4',
      SIZE: '64x36',
    });
    const [seconds, width, height] = await played(page);
    expect(seconds).toBeCloseTo(5 / 30, 2);
    expect([width, height]).toEqual([64, 36]);
    const name = (await readdir(join(root, 'movie'))).find((one) => one.endsWith('.mp4'));
    const link = page.getByRole('link', { name: 'Keep the film' });
    expect(await link.getAttribute('href')).toBe(`${server.url}movie/${name}`);
    const box = await page.locator('#film-dialog').boundingBox();
    const view = options.viewport ?? { width: 0, height: 0 };
    expect(box && box.x >= 0 && box.x + box.width <= view.width && box.height <= view.height).toBe(true);
    // The same again is there at once.
    await page.getByRole('button', { name: 'Another film' }).click();
    await page.locator('#film-theme').selectOption('Galaxy');
    await page.getByRole('button', { name: 'Make the film' }).click();
    await played(page);
    expect(errors).toEqual([]);
  });

  it('shows films that are pictures', async () => {
    const server = await servePages(await caches.copy(), { films: FIVE });
    const { page } = await browser.open(server.url + NEAR);
    await openDialog(page);
    await page.getByLabel('Format').selectOption('gif');
    await page.getByRole('button', { name: 'Make the film' }).click();
    const picture = page.locator('#film-player img');
    await picture.waitFor();
    await becomes(page, `document.querySelector('#film-player img')?.naturalWidth === 64`);
  });

  it('cancels, and says so; the film is given up', async () => {
    const root = await caches.copy();
    const server = await servePages(root, { films: FIVE });
    const { page, errors } = await browser.open(server.url + DEEP);
    await openDialog(page);
    await page.getByRole('button', { name: 'Make the film' }).click();
    await page.locator('#film-state', { hasText: /\d of 5 frames, \d+ tiles? to come/ }).waitFor();
    // It goes on while the dialog is closed.
    await page.keyboard.press('Escape');
    await openDialog(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').filter({ hasText: 'The film was cancelled.' }).waitFor();
    await page.getByRole('button', { name: 'Make the film' }).waitFor();
    await expect
      .poll(async () => (await readdir(join(root, 'movie'))).filter((name) => name !== 'frame'))
      .toEqual([]);
    expect(errors).toEqual([]);
  });

  it('says in words what is wrong', async () => {
    const server = await servePages(await caches.copy(), { films: { ...FIVE, level: 4, waiting: 0 } });
    const { page } = await browser.open(server.url + DEEP);
    await openDialog(page);
    const make = page.getByRole('button', { name: 'Make the film' });
    const alert = page.getByRole('alert');
    await make.click();
    await alert.filter({ hasText: 'expected a film down to level 4 at the most here' }).waitFor();
    await page.getByLabel('Seconds').fill('9');
    await make.click();
    expect(await page.locator('#film-seconds:invalid').count()).toBe(1);
    await page.getByLabel('Seconds').fill('0.15');
    await server.close();
    await make.click();
    await alert.filter({ hasText: 'The server cannot be reached.' }).waitFor();
  });

  it('says that the server has ended while it made a film', async () => {
    const server = await servePages(await caches.copy(), { films: FIVE });
    const { page } = await browser.open(server.url + DEEP);
    await openDialog(page);
    await page.getByRole('button', { name: 'Make the film' }).click();
    await page.locator('#film-state', { hasText: 'of 5 frames' }).waitFor();
    await server.close();
    await page.getByRole('alert').filter({ hasText: 'The film was cancelled.' }).waitFor();
  });

  it('makes none of the whole set', async () => {
    const server = await servePages(await caches.copy(), { films: FIVE });
    const { page } = await browser.open(server.url);
    await openDialog(page);
    expect(await page.locator('#film-zoom').textContent()).toContain('zoom in first');
    expect(await page.getByRole('button', { name: 'Make the film' }).isDisabled()).toBe(true);
  });

  it('is not there where no films are made, nor in a frame of another page', async () => {
    const root = await caches.copy();
    const [without, server] = [await servePages(root, {}), await servePages(root, { films: FIVE })];
    const { page } = await browser.open(without.url);
    await page.waitForResponse(/api\/events/);
    await page.waitForTimeout(300);
    expect(await page.locator('#film').isVisible()).toBe(false);
    const { page: other } = await browser.open(server.url);
    await other.route('**/outer', async (route) => {
      const body = `<iframe src="${server.url}" width="900" height="600"></iframe>`;
      await route.fulfill({ contentType: 'text/html', body });
    });
    await other.locator('#film').waitFor();
    await other.goto(`${server.url}outer`);
    const frame = other.frameLocator('iframe');
    await frame.locator('#help').waitFor();
    await other.waitForTimeout(1000);
    expect(await frame.locator('#film').isVisible()).toBe(false);
  });

  it('has a name on everything that can be used', async () => {
    const server = await servePages(await caches.copy(), { films: FIVE });
    const { page } = await browser.open(server.url + NEAR);
    await openDialog(page);
    const tree = await page.locator('#film-dialog').ariaSnapshot();
    for (const name of ['spinbutton "Seconds"', 'combobox "Size"', 'combobox "Colours"', 'combobox "Format"'])
      expect(tree).toContain(name);
    const { rawPayload } = await server.app.inject('/');
    expect(gzipSync(rawPayload).length).toBeLessThan(60_000);
  });
});
