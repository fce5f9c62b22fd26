import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { viewOf } from '../../../src/web/place.js';
import { zoomOf } from '../../../src/web/view.js';
import { DESKTOP, PHONE } from '../../support/chromium.js';
import { copyOf, removeFixture } from './support/fixture.js';
import { seriousFlaws } from './support/flaws.js';
import { startHub, type RunningHub } from './support/hub.js';
import { describeMap, expectNoErrors, useMaps, type MapPage } from './support/map.js';

const maps = useMaps();
const PASSWORD = 'a long password';
const EVIL = '<img src=x onerror=alert(1)>';

let hub: RunningHub;
let cache = '';
let people = 0;
/** A session that most tests share: not many accounts may be made at once. */
let session = '';

beforeAll(async () => {
  if (inject('browser') === null) return;
  cache = await copyOf(inject('fixture'));
  hub = await startHub(cache);
  const ask = async (path: string): Promise<Response> =>
    await fetch(`${hub.url}api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Emmy', password: PASSWORD }),
    });
  expect((await ask('accounts')).status).toBe(201);
  session = /mandeld_session=([^;]+)/.exec((await ask('session')).headers.get('set-cookie') ?? '')?.[1] ?? '';
});
afterAll(async () => {
  if (cache === '') return;
  await hub.stop();
  await removeFixture(cache);
});

async function open(path: string, options: BrowserContextOptions = DESKTOP): Promise<MapPage> {
  return await maps.openWithout(hub.url + path, options);
}

/** Opens the account page of the shared account. */
async function openOwn(options: BrowserContextOptions = DESKTOP): Promise<MapPage> {
  const cookie = { name: 'mandeld_session', value: session, domain: '127.0.0.1', path: '/', expires: -1 };
  const cookies = [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Strict' as const }];
  const map = await open('account', { ...options, storageState: { cookies, origins: [] } });
  await map.page.locator('#own').waitFor();
  return map;
}

/** Opens the account page as somebody new. */
async function signUp(): Promise<{ map: MapPage; name: string }> {
  const name = `Ada ${++people}`;
  const map = await open('account');
  await map.page.locator('#up-name').fill(name);
  await map.page.locator('#up-password').fill(PASSWORD);
  await map.page.locator('#sign-up button').click();
  await map.page.locator('#own').waitFor();
  return { map, name };
}

async function makeToken(page: Page, name: string): Promise<string> {
  await page.locator('#token-name').fill(name);
  await page.locator('#new-token button').click();
  await page.locator('#secret').getByText(name).waitFor();
  await page.locator('#tokens').getByText(name).first().waitFor();
  return (await page.locator('#secret code').first().textContent()) ?? '';
}

/** What the hub says to a program with a token. */
async function statusWith(token: string): Promise<number> {
  return (await fetch(`${hub.url}api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** Nothing is wider than the screen. */
async function expectNarrow(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

describeMap('a stranger', () => {
  it('sees the account page without a line of error in the console', async () => {
    const failed: string[] = [];
    const map = await maps.openWithout(`${hub.url}volunteers`, DESKTOP);
    map.page.on('response', (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
    });
    for (const path of ['account', 'volunteers', 'features']) {
      await map.page.goto(hub.url + path);
      await map.page.waitForLoadState('networkidle');
      if (path === 'account') await map.page.locator('#stranger').waitFor();
    }
    expect(failed).toEqual([]);
    expectNoErrors(map);
  });
});

describeMap('an account', () => {
  it('is signed up for, out of and in to, by keys, with what is wrong said where it is', async () => {
    const { map, name } = await signUp();
    const { page } = map;
    expect(await page.locator('#who').textContent()).toBe(name);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('who');
    expect(await page.locator('#standing').textContent()).toBe('Beans0Streak0Valid0Pending0False0');
    await page.reload();
    await page.locator('#own').waitFor();
    expect(await page.locator('#who').textContent()).toBe(name);
    await page.locator('#sign-out').press('Enter');
    await page.getByText('You have signed out.').waitFor();
    expect(await page.locator('#who').textContent()).toBe('');

    await page.locator('#up-name').fill(name.toUpperCase());
    await page.locator('#up-password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    const fault = page.locator('#up-name-fault');
    await fault.waitFor();
    expect(await fault.textContent()).toContain('Choose another name');
    expect(await page.locator('#up-name').getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('up-name');
    await page.locator('#up-name').fill(EVIL);
    await page.keyboard.press('Enter');
    await page.locator('#sign-up [role=alert]').getByText('Expected a name of 3 to 40').waitFor();
    expect(await fault.count()).toBe(0);
    expect(await page.locator('#up-name').getAttribute('aria-invalid')).toBeNull();

    await page.locator('#in-name').fill(name);
    await page.locator('#in-password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.locator('#sign-in [role=alert]').getByText('Name or password are not right.').waitFor();
    expect(await seriousFlaws(page)).toEqual([]);
    await page.locator('#in-password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('#own').waitFor();
    expectNoErrors(map);
  });

  it('has tokens, which work until they are revoked', async () => {
    const { map } = await signUp();
    const { page } = map;
    await page.getByText('There is no token yet.').waitFor();
    const token = await makeToken(page, 'laptop');
    expect(token).toMatch(/^mandeld_\S{20,}$/);
    expect(await page.locator('#secret code').last().textContent()).toBe(
      `mandeld join ${hub.url} --token ${token}`,
    );
    expect(await seriousFlaws(page)).toEqual([]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the token' }).click();
    await page.getByText('Copied: the token.').waitFor();
    expect(await page.evaluate(async () => await navigator.clipboard.readText())).toBe(token);
    expect(await statusWith(token)).toBe(200);
    await page.reload();
    await page.getByRole('button', { name: 'Revoke laptop' }).waitFor();
    expect(await page.content()).not.toContain(token);
    expect(await page.locator('#tokens tbody time').count()).toBe(2);

    await page.getByRole('button', { name: 'Revoke laptop' }).click();
    expect(await seriousFlaws(page)).toEqual([]);
    await page.getByRole('button', { name: 'Keep it' }).first().click();
    expect(await statusWith(token)).toBe(200);
    await page.getByRole('button', { name: 'Revoke laptop' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.locator('#tokens').getByText('revoked').waitFor();
    expect(await statusWith(token)).toBe(401);
    expectNoErrors(map);
  });

  it('shows texts as texts', async () => {
    const map = await openOwn();
    const { page } = map;
    await makeToken(page, EVIL);
    const reply = {
      results: [resultOf(2, { state: 'false', reason: EVIL }), resultOf(1, { address: EVIL })],
    };
    await page.route('**/me/results', async (route) => await route.fulfill({ json: reply }));
    await page.route('**/me', async (route) => {
      const json = { id: 1, name: EVIL, role: 'user', beans: 1, streak: 0, valid: 0, pending: 0, false: 0 };
      await route.fulfill({ json });
    });
    await page.reload();
    await page.locator('#results').getByText(EVIL).first().waitFor();
    for (const id of ['who', 'tokens', 'results'])
      expect(await page.locator(`#${id}`).textContent()).toContain(EVIL);
    expect(await page.locator('img').count()).toBe(0);
    expectNoErrors(map);
  });

  it('lists results, older ones on demand, with links to the map', async () => {
    const map = await openOwn();
    const { page } = map;
    await page.route('**/me/results*', async (route) => {
      const before = Number(new URL(route.request().url()).searchParams.get('before') ?? 8);
      const ids = [1, 2, 3].map((i) => before - i).filter((id) => id > 0);
      await route.fulfill({ json: { results: ids.map((id) => resultOf(id, {})) } });
    });
    await page.reload();
    const rows = page.locator('#results tbody tr');
    for (const count of [3, 6, 7]) {
      await expect.poll(async () => await rows.count()).toBe(count);
      if (count < 7) await page.locator('#older').click();
    }
    await expect.poll(async () => await page.locator('#older').isVisible()).toBe(false);
    expect(await rows.first().textContent()).toContain('another volunteer has sent the same');
    expect(await rows.first().locator('a').getAttribute('href')).toBe('./?x=-1&y=1&r=1.2');
    expect(await rows.first().locator('time').getAttribute('datetime')).toBe('2026-01-01T00:00:00.000Z');
    expectNoErrors(map);
  });

  it('is deleted with the password only', async () => {
    const { map, name } = await signUp();
    const { page } = map;
    const token = await makeToken(page, 'laptop');
    await page.locator('#leave').click();
    expect(await seriousFlaws(page)).toEqual([]);
    await page.locator('#leave-password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('This is not your password.').waitFor();
    await page.locator('#stay').click();
    expect(await statusWith(token)).toBe(200);
    await page.locator('#leave').click();
    expect(await page.locator('#leave-password').inputValue()).toBe('');
    await page.locator('#leave-password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Delete it for ever' }).click();
    await page.getByText('Your account is deleted.').waitFor();
    expect(await statusWith(token)).toBe(401);
    await page.locator('#in-name').fill(name);
    await page.locator('#in-password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Name or password are not right.').waitFor();
    expectNoErrors(map);
  });

  it('says how long to wait, when its session is over, and when the hub is away', async () => {
    const map = await openOwn();
    const { page } = map;
    await page.route('**/tokens', async (route) => {
      const json = { error: 'ERATE', message: 'Too much.' };
      await route.fulfill({ status: 429, headers: { 'Retry-After': '120' }, json });
    });
    await page.locator('#token-name').fill('x');
    await page.keyboard.press('Enter');
    await page.locator('#new-token').getByText('Too much. You can try again in 2 minutes.').waitFor();
    await page.unroute('**/tokens');
    await page.route('**/api/**', async (route) => await route.abort());
    await page.locator('#sign-out').click();
    await page.locator('#away').getByText('The hub cannot be reached.').waitFor();
    await page.unroute('**/api/**');
    await page.context().clearCookies();
    await page.locator('#sign-out').click();
    await page.locator('#stranger-note').waitFor();
    expect(await page.locator('#own').isVisible()).toBe(false);
    expectNoErrors(map);
  });
});

describeMap('the volunteers', () => {
  it('are listed, of the week and of all time, with how to join', async () => {
    const map = await open('volunteers');
    const { page } = map;
    await page.getByText('Nobody has sent anything yet.').waitFor();
    expect(await page.locator('#commands code').last().textContent()).toBe(
      `mandeld join ${hub.url} --token <your token>`,
    );
    await page.route('**/leaderboard*', async (route) => {
      const tiles = route.request().url().includes('week') ? 3 : 30;
      const standings = [EVIL, 'Grace'].map((name) => ({ name, beans: 4321, tiles }));
      await route.fulfill({ json: { standings } });
    });
    await page.reload();
    await expect
      .poll(async () => await page.locator('#all tbody').textContent())
      .toContain(`1${EVIL}4,32130`);
    expect(await page.locator('#week tbody').textContent()).toContain('2Grace4,3213');
    expect(await page.locator('img').count()).toBe(0);
    expect(await seriousFlaws(page)).toEqual([]);
    await page.route('**/leaderboard*', async (route) => await route.abort());
    await page.reload();
    await page.getByRole('alert').getByText('The hub cannot be reached.').waitFor();
    expectNoErrors(map);
  });
});

describeMap('a search for components', () => {
  it('shows more of what there is more of', async () => {
    const map = await open('features');
    const { page } = map;
    const asked: (string | null)[] = [];
    await page.route('**/api/v1/features?*', async (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get('from'));
      asked.push(`${from}`);
      const one = {
        period: 99,
        re: '0',
        im: '0',
        rootRe: '0',
        rootIm: '0',
        log2Size: -9,
        argument: 0,
        kind: 'disc',
      };
      const nameless = { address: null, angles: null, parent: null, isPrimitive: null, name: null };
      const features = Array.from({ length: from === 400 ? 1 : 200 }, (_, i) => ({
        id: from + i,
        ...one,
        ...nameless,
      }));
      if (asked.length === 2) await route.fulfill({ status: 503, body: 'busy' });
      else await route.fulfill({ json: { features, more: from < 400 } });
    });
    const more = page.locator('#more');
    await page.locator('#period').fill('99');
    await page.keyboard.press('Enter');
    await page.getByText('The first 200 components').waitFor();
    // What fails may be tried again, and what is shown stays.
    await more.click();
    await page.getByRole('alert').getByText('The hub answered 503.').waitFor();
    await more.click();
    await page.getByText('The first 400 components').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await more.click();
    await page.getByText('401 components').waitFor();
    expect(await page.locator('.feature').count()).toBe(401);
    expect(await more.isHidden()).toBe(true);
    expect(asked).toEqual(['0', '200', '200', '400']);
    await page.locator('#clear').click();
    await page.getByText('All of period 3').waitFor();
    expect(await page.locator('.feature').count()).toBe(0);
    expect(await more.isHidden()).toBe(true);
    expectNoErrors(map);
  });

  it('stands in the address, leads to relatives and to the map', async () => {
    const map = await open('features?name=rabbit&period=3');
    const { page } = map;
    // The hub lists them while it starts.
    await expect
      .poll(async () => {
        await page.reload();
        await page
          .locator('#count')
          .getByText(/component|Nothing/)
          .waitFor();
        return await page.locator('.feature').count();
      })
      .toBe(2);
    expect(await page.locator('#name').inputValue()).toBe('rabbit');
    const rabbit = page.locator('.feature').filter({ hasText: '1_1/3->3' });
    expect(await rabbit.locator('h2').textContent()).toBe('Rabbit');
    expect(await rabbit.textContent()).toContain('1/7 and 2/7');
    const link = new URL((await rabbit.getByText('On the map').getAttribute('href')) ?? '', hub.url);
    const [x, y, r] = ['x', 'y', 'r'].map((name) => link.searchParams.get(name) ?? '');
    expect(x.length).toBeGreaterThan(20);
    expect(zoomOf(viewOf({ x, y, r }, 800))).toBeGreaterThan(3);
    await rabbit.locator('summary').first().click();
    expect(await rabbit.locator('details[open] code').textContent()).toBe(x);
    expect(await seriousFlaws(page)).toEqual([]);
    await rabbit.getByRole('link', { name: '1', exact: true }).click();
    await page.getByText('One component.').waitFor();
    expect(await page.locator('#address').inputValue()).toBe('1');
    await page.locator('#clear').click();
    await page.getByText('All of period 3').waitFor();
    await page.locator('#angle').fill('3/8');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Expected an angle with an odd denominator, got 3/8').waitFor();
    expect(page.url()).toBe(`${hub.url}features?angle=3%2F8`);
    await page.locator('#angle').fill('3/7');
    await page.locator('#search button').click();
    await page.getByText('One component.').waitFor();
    await page.goBack();
    await page.getByRole('alert').getByText('odd denominator').waitFor();
    expect(await page.locator('#angle').inputValue()).toBe('3/8');
    await page.locator('#angle').fill(EVIL);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(EVIL).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expectNoErrors(map);
  });
});

describeMap('the map of a hub', () => {
  it('tells what is in the middle, under a click, and in view', async () => {
    const map = await open('?x=-0.12&y=0.8&r=0.4');
    const { page } = map;
    await page.locator('#looking').click();
    await page.locator('#centre').getByText('Rabbit, a disc of period 3').waitFor();
    expect(await page.locator('#centre').textContent()).toContain('Rays 1/7 and 2/7');
    await page.locator('#largest li').first().waitFor();
    expect(await page.locator('#largest li').first().textContent()).toBe('Rabbit1_1/3->3');
    expect(await seriousFlaws(page)).toEqual([]);
    await page.locator('#largest li button').nth(1).click();
    expect(await page.locator('#hub-dialog').isVisible()).toBe(false);
    await expect
      .poll(() => new URL(page.url()).searchParams.get('x'), { timeout: 20_000 })
      .toMatch(/^0\.28227/);
    await page.goto(`${hub.url}?x=-0.12&y=0.8&r=0.4`);
    await page.locator('#looking').waitFor();
    await page.locator('#inspect').click();
    await page.locator('#named').getByText('Rabbit').waitFor();
    await page.mouse.click(640, 790);
    await page.locator('#named').getByText('Cardioid of period 1').waitFor();
    await page.mouse.click(640, 100);
    await page.locator('#named').getByText('No interior point').waitFor();
    expect(await seriousFlaws(page)).toEqual([]);
    await page.locator('#help').click();
    for (const name of ['Components by name', 'Volunteers', 'Your account'])
      expect(await page.getByRole('link', { name }).isVisible()).toBe(true);
    expectNoErrors(map);
  });

  it('says so far too deep, and is the map as ever elsewhere', async () => {
    const deep = await open(`?x=0.${'3'.repeat(300)}&y=1&r=1e-299`);
    await deep.page.locator('#looking').click();
    await deep.page.locator('#centre').getByText('deeper than the hub looks').waitFor();
    await deep.page.locator('#largest-state').getByText('deeper than the hub looks').waitFor();
    expectNoErrors(deep);
    // Beyond doubles all digits count: the hub is asked with them, and knows nothing there.
    const below = await open(
      `?x=-1.7598171308048479165828760533255&y=-0.0125933107997496573193886668543&r=1e-28`,
    );
    const asking = below.page.waitForRequest(/features\/view/);
    await below.page.locator('#looking').click();
    const query = new URL((await asking).url()).searchParams;
    expect(query.get('re')).toMatch(/^-1\.75981713080484791658287605332/);
    expect(Number(query.get('radius'))).toBeCloseTo(1e-28, 40);
    await below.page.locator('#largest-state').getByText('None that is known.').waitFor();
    expectNoErrors(below);
    const plain = await maps.open(maps.server.url);
    await plain.settled();
    expect(await plain.page.locator('#looking').isVisible()).toBe(false);
    expect(plain.requests.filter((path) => path.includes('/api/'))).toEqual([]);
    expectNoErrors(plain);
  });
});

describeMap.each([
  ['in the dark', { ...DESKTOP, colorScheme: 'dark' as const }],
  ['on a phone', PHONE],
  [
    'on a small phone, in the dark',
    { ...PHONE, viewport: { width: 320, height: 568 }, colorScheme: 'dark' as const },
  ],
])('the pages %s', (_, options) => {
  it('fit, and axe-core finds nothing serious', async () => {
    const map = await openOwn(options);
    const { page } = map;
    await makeToken(page, 'a machine with a name that is as long as such names may beee');
    for (const path of [null, 'volunteers', 'features', 'features?period=4']) {
      if (path !== null) await page.goto(hub.url + path);
      await page.waitForTimeout(500);
      await expectNarrow(page);
      expect(await seriousFlaws(page), path ?? 'account').toEqual([]);
    }
    expectNoErrors(map);
  });
});

describeMap('a page of the hub', () => {
  it.each(['account', 'volunteers', 'features'])(
    'may not be framed, and runs no other script: %s',
    async (name) => {
      const answer = await fetch(hub.url + name);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'sha256-");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'none'");
      const map = await open(name);
      // What a mistake would let in.
      await map.page.evaluate(() =>
        document.body.insertAdjacentHTML('beforeend', '<b onclick="document.title=1">x</b>'),
      );
      await map.page.locator('b', { hasText: 'x' }).last().click({ force: true });
      expect(await map.page.title()).toContain('mandeld: ');
      expect(map.errors.join()).toContain('Content Security Policy');
    },
  );
});

/** A result as the hub tells of it. */
function resultOf(id: number, more: object): object {
  const received = '2026-01-01T00:00:00.000Z';
  const usual = { address: 'M01', state: 'valid', proof: 'replica', reason: null, beans: 3 };
  return { id, ...usual, received, decided: received, ...more };
}
