import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { daemon } from '../e2e/support/mandeld.js';
import { DESKTOP, PHONE } from '../support/chromium.js';
import { becomes, describeBrowser, servePages, useBrowser } from './support/browser.js';
import { asking, endless, FILMS } from './support/films.js';
import { useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
const browser = useBrowser();

describeBrowser('the dashboard', () => {
  it.each([
    ['desktop', DESKTOP],
    ['phone', { ...PHONE, colorScheme: 'dark' as const }],
  ])('shows two daemons, a film that is being made, and the queue, on a %s', async (_name, options) => {
    const root = await caches.copy();
    const server = await servePages(root, { films: FILMS });
    const daemons = ['host1', 'host2'].map((name) =>
      daemon(root, name, '--only-wants', '--max-level', '6', '--log-level', 'warn'),
    );
    const { page, errors } = await browser.open(`${server.url}dashboard`, options);
    await expect
      .poll(async () => await page.locator('.node.calm, .node.good').count(), { timeout: 30_000 })
      .toBe(2);
    expect(await page.locator('.node h3').allTextContents()).toEqual(['host1', 'host2']);
    await page.getByText('No film is being made.').waitFor();
    for (const node of await page.locator('.node').all()) {
      // A client that has just come has not told all yet.
      const text = /1 core.*Heartbeat.* ago.*Lock wait.*Errors0/;
      await expect.poll(async () => await node.textContent(), { timeout: 30_000 }).toMatch(text);
      expect(await node.getByRole('img', { name: /^Tiles a second: \d/ }).count()).toBe(1);
    }
    expect(await page.locator('#queue tbody tr').count()).toBe(4);
    expect(await page.locator('#queue tfoot').textContent()).toMatch(/^all\d+0\d+\d+$/);
    // Down to a level that these two do not make, so that it is not over before somebody has looked.
    const asked = await server.app.inject(asking(endless()));
    const { id, token } = asked.json<{ id: string; token: string }>();
    const film = page.locator('.film.good');
    await film.waitFor({ timeout: 30_000 });
    expect(await film.textContent()).toMatch(/64x36 mp4, Classic.*of 30.*a test/);
    const preview = film.getByRole('img', { name: 'The newest frame' });
    await preview.waitFor({ timeout: 60_000 });
    await becomes(page, `document.querySelector('.film img')?.naturalWidth === 64`, 60_000);
    const headers = { authorization: `Bearer ${token}` };
    const cancelled = await server.app.inject({ method: 'DELETE', url: `/api/zoom/${id}`, headers });
    expect(cancelled.statusCode).toBe(204);
    await page.getByText('No film is being made.').waitFor({ timeout: 30_000 });
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(wide).toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
    for (const one of daemons) expect((await one.kill('SIGTERM')).code).toBe(0);
    await expect.poll(async () => await page.locator('.node').count(), { timeout: 20_000 }).toBe(0);
  });

  it('shows names as texts, whatever is in them, and who is silent', async () => {
    const root = await caches.copy();
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await mkdir(join(root, 'work/host3'), { recursive: true });
    await writeFile(
      join(root, 'work/host3/status.json'),
      JSON.stringify({
        client: 'host3',
        session: 's',
        host: evil,
        pid: 1,
        processes: 'p',
        version: evil,
        state: evil,
        started: '2026-01-01T00:00:00Z',
        workers: 2,
        subdivided: 5,
        rate: 1,
        holding: [],

        current: [{ address: evil, task: evil, seconds: 1 }],
        errors: 1,
        lastError: { text: evil, seconds: 2 },
      }),
    );
    await mkdir(join(root, 'movie'), { recursive: true });
    await writeFile(
      join(root, `movie/${'a'.repeat(64)}.json`),
      JSON.stringify({
        leader: evil,
        format: evil,
        theme: evil,
        size: evil,
        fps: 1,
        frames: 2,
        done: 1,
        seconds: 3,
        cached: 1,
        computed: 1,
        missing: 1,
        frame: null,
      }),
    );
    const server = await servePages(root, {});
    const { page, errors } = await browser.open(`${server.url}dashboard`);
    await page.locator('.node').waitFor();
    expect(await page.locator('.node').textContent()).toContain(evil);
    expect(await page.locator('.film').textContent()).toContain(evil);
    expect(await page.locator('.node img, .film img, .node script').count()).toBe(0);
    expect(await page.title()).toBe('mandeld: dashboard');
    expect(errors).toEqual([]);
  });

  it('says when the server is away, and goes on when it is back', async () => {
    const root = await caches.copy();
    const server = await servePages(root, {});
    const { page } = await browser.open(`${server.url}dashboard`);
    await page.getByText('No client works here.').waitFor();
    await page.route('**/api/status', async (route) => await route.abort());
    await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
    await page.unroute('**/api/status');
    await expect.poll(async () => await page.locator('#lost').isVisible(), { timeout: 10_000 }).toBe(false);
  });

  it('has a policy, and an ETag, as the map', async () => {
    const server = await servePages(await caches.copy(), {});
    const page = await server.app.inject('/dashboard');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'sha256-");
    const again = await server.app.inject({
      url: '/dashboard',
      headers: { 'if-none-match': String(page.headers['etag']) },
    });
    expect(again.statusCode).toBe(304);
  });
});
