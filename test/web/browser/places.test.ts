import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { DESKTOP, PHONE } from '../../support/chromium.js';
import { copyOf, removeFixture } from './support/fixture.js';
import { seriousFlaws } from './support/flaws.js';
import { startHub, type RunningHub } from './support/hub.js';
import { describeMap, expectNoErrors, useMaps, type MapPage } from './support/map.js';

const maps = useMaps();
const EVIL = '<img src=x onerror=alert(1)>';
const PEOPLE = {
  Ann: 'user',
  Ben: 'user',
  Cas: 'user',
  Dot: 'user',
  Eve: 'curator',
  Root: 'admin',
} as const;
type Name = keyof typeof PEOPLE;

let hub: RunningHub;
let cache = '';

beforeAll(async () => {
  if (inject('browser') === null) return;
  cache = await copyOf(inject('fixture'));
  hub = await startHub(cache, { people: PEOPLE, workers: 1 });
});
afterAll(async () => {
  if (cache === '') return;
  await hub.stop();
  await removeFixture(cache);
});

/** Opens a page, as somebody or as nobody in particular. */
async function open(path: string, who: Name | null, options = DESKTOP): Promise<MapPage> {
  return await maps.openWithout(hub.url + path, who === null ? options : { ...options, ...signedIn(who) });
}

function signedIn(who: Name): BrowserContextOptions {
  const value = hub.sessions.get(who) ?? '';
  const cookie = { name: 'mandeld_session', value, domain: '127.0.0.1', path: '/', expires: -1 };
  const cookies = [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Strict' as const }];
  return { storageState: { cookies, origins: [] } };
}

/** Asks the hub without a browser. */
async function ask(who: Name | null, method: string, path: string, body?: object): Promise<Response> {
  return await fetch(`${hub.url}api/v1/${path}`, {
    method,
    headers: {
      ...(who && {
        cookie: `mandeld_session=${hub.sessions.get(who)}`,
        'sec-fetch-site': 'same-origin',
      }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** Describes a place without a browser. @returns its number */
async function add(change: object): Promise<number> {
  const usual = { title: 'A place', text: '', links: [], tags: [], theme: 'Classic' };
  const view = { re: '-0.75', im: '0.1', radius: '0.5' };
  const answer = await ask('Dot', 'POST', 'places', { ...usual, ...view, ...change });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: number }).id;
}

const see = async (page: Page, selector: string, text: string | RegExp): Promise<void> =>
  await page.locator(selector).getByText(text).first().waitFor();

/** Nothing is wider than the screen. */
async function expectNarrow(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

/** Flags what a page shows. */
async function flag(id: number, who: Name, reason: string): Promise<void> {
  const map = await open(`place?id=${id}`, who);
  const { page } = map;
  await page.locator('#flag').click();
  await page.locator('#reason').fill(reason);
  await page.keyboard.press('Enter');
  await see(page, '#message', 'A curator will look at it.');
  expect(await page.locator('#flag-dialog').isVisible()).toBe(false);
  expectNoErrors(map);
  await page.context().close();
}

describeMap('a place', () => {
  it('is described from the map, found, voted for, commented on, flagged, hidden and shown again', async () => {
    // From the map to the form, which has its view.
    const author = await open('?x=-0.12&y=0.8&r=0.4&theme=Galaxy', 'Ann');
    const { page } = author;
    await page.locator('#looking').waitFor();
    await page.locator('#places').click();
    await see(page, '#shared-state', 'Nobody has described a place yet.');
    await page.locator('#shared-add').click();
    await page.locator('form#place').waitFor();
    expect(await page.locator('#re').inputValue()).toBe('-0.12');
    expect(await page.locator('#im').inputValue()).toBe('0.8');
    expect(await page.locator('#radius').inputValue()).toBe('0.4');
    expect(await page.locator('#theme').inputValue()).toBe('Galaxy');
    await page.locator('#title').fill('The rabbit');
    await page.locator('#text').fill('It has two ears.\n\nThe longer one points to the left.');
    await page.locator('#tags').fill('Rabbit period-3');
    await page.locator('#links').fill('javascript:alert(1) Mu-Ency');
    await page.locator('form#place button').click();
    await see(page, 'form#place [role=alert]', 'expected http:// or https://');
    await page
      .locator('#links')
      .fill('https://www.mrob.com/pub/muency.html Mu-Ency\nhttps://oeis.org/A000740');
    await page.locator('form#place button').click();

    // Its page.
    await see(page, 'h1', 'The rabbit');
    const id = Number(new URL(page.url()).searchParams.get('id'));
    expect(await page.locator('#text p').allTextContents()).toEqual([
      'It has two ears.',
      'The longer one points to the left.',
    ]);
    expect(await page.locator('#links a').allTextContents()).toEqual(['Mu-Ency', 'oeis.org']);
    expect(await page.locator('#links a').first().getAttribute('rel')).toBe('noopener nofollow ugc');
    expect(await page.locator('#map').getAttribute('href')).toBe('./?x=-0.12&y=0.8&r=0.4&theme=Galaxy');
    await see(page, '#component a', 'Rabbit');
    expect(await page.locator('#component a').getAttribute('href')).toBe('features?address=1_1%2F3-%3E3');
    await see(page, '#comments', 'Nobody has said anything yet.');
    // Its tiles are there: the picture comes without the page being loaded again.
    await page.locator('#picture img').waitFor({ timeout: 60_000 });
    await expect
      .poll(
        async () => await page.locator('#picture img').evaluate((img: HTMLImageElement) => img.naturalWidth),
      )
      .toBe(600);
    expect(await page.locator('#picture img').getAttribute('alt')).toBe('Picture of The rabbit');
    expect(await seriousFlaws(page)).toEqual([]);

    // Somebody else finds it, votes and comments.
    const reader = await open('places', 'Ben');
    await reader.page.locator('#words').fill('longer ears');
    await reader.page.keyboard.press('Enter');
    await see(reader.page, '#found h2', 'The rabbit');
    expect(reader.page.url()).toBe(`${hub.url}places?words=longer+ears`);
    await reader.page.locator('#found .whole').click();
    await reader.page.locator('#vote').getByText('Vote for it · 0').click();
    await see(reader.page, '#vote', 'Your vote · 1');
    expect(await reader.page.locator('#vote').getAttribute('aria-pressed')).toBe('true');
    await reader.page.locator('#vote').click();
    await see(reader.page, '#vote', 'Vote for it · 0');
    await reader.page.locator('#vote').press('Enter');
    await see(reader.page, '#vote', 'Your vote · 1');
    await reader.page.locator('#comment').fill(`How beautiful!\n${EVIL}`);
    await reader.page.locator('#new-comment button').click();
    await see(reader.page, '.comment', EVIL);
    expect(await reader.page.locator('#comment').inputValue()).toBe('');
    expect(await reader.page.locator('.comment img').count()).toBe(0);
    // Neither the place nor the comment of somebody else is his to change.
    expect(await reader.page.locator('#edit').isVisible()).toBe(false);
    expectNoErrors(reader);

    // Three flags hide it.
    await flag(id, 'Ben', 'It is no rabbit');
    await flag(id, 'Cas', EVIL);
    expect((await ask(null, 'GET', `places/${id}`)).status).toBe(200);
    await flag(id, 'Dot', 'spam');
    const stranger = await open(`place?id=${id}`, null);
    await see(stranger.page, '#away', 'There is no such place.');
    await stranger.page.goto(`${hub.url}places?words=rabbit`);
    await see(stranger.page, '#count', 'Nothing was found.');
    await page.reload();
    await see(page, '#hidden-note', 'This place is hidden');
    await see(page, '.comment', 'How beautiful!');

    // A curator shows it again, hides it, and shows it once more.
    const curator = await open('account', 'Eve');
    await curator.page.getByRole('link', { name: 'what others have flagged' }).click();
    const flagged = curator.page.locator('#flagged .place').filter({ hasText: 'The rabbit' });
    await flagged.getByText('3 flags; it is hidden').waitFor();
    expect(await flagged.locator('.reasons li').allTextContents()).toEqual(['It is no rabbit', EVIL, 'spam']);
    expect(await curator.page.locator('.reasons img').count()).toBe(0);
    expect(await seriousFlaws(curator.page)).toEqual([]);
    await flagged.getByRole('button', { name: 'Show it again' }).click();
    await see(curator.page, '#flagged', 'Nothing is to be decided on.');
    await stranger.page.reload();
    await see(stranger.page, '#found h2', 'The rabbit');
    await curator.page.goto(`${hub.url}place?id=${id}`);
    await curator.page.locator('#hide').getByText('Hide it').click();
    await curator.page.locator('#hide').getByText('Show it again').waitFor();
    await curator.page.goto(`${hub.url}moderation`);
    const hidden = curator.page.locator('#hidden .place').filter({ hasText: 'The rabbit' });
    await hidden.getByRole('button', { name: 'Show it again' }).click();
    await see(curator.page, '#hidden', 'Nothing is hidden.');
    expect(await curator.page.evaluate(() => document.activeElement?.id)).toBe('hidden-title');
    await stranger.page.reload();
    await see(stranger.page, '#found h2', 'The rabbit');
    for (const one of [author, stranger, curator]) expectNoErrors(one);
  });

  it('is changed by its author, with a new picture of a new view, and deleted', async () => {
    const id = await add({ title: 'My place', text: 'Two\nlines', tags: ['mine'], links: [] });
    const map = await open(`place?id=${id}`, 'Dot');
    const { page } = map;
    await page.locator('#picture img').waitFor({ timeout: 60_000 });
    const before = await page.locator('#picture img').getAttribute('src');
    await page.locator('#edit').click();
    await expect.poll(async () => await page.locator('#text').inputValue()).toBe('Two\nlines');
    expect(await page.locator('#tags').inputValue()).toBe('mine');
    await page.locator('#title').fill('My other place');
    await page.locator('#radius').fill('0.6');
    await page.locator('form#place button').click();
    await see(page, 'h1', 'My other place');
    await see(page, '#by', 'changed');
    await page.locator('#picture img').waitFor({ timeout: 60_000 });
    expect(await page.locator('#picture img').getAttribute('src')).not.toBe(before);
    await page.locator('#remove').click();
    expect(await seriousFlaws(page)).toEqual([]);
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.locator('#remove').click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.locator('#found').waitFor();
    expect(page.url()).toBe(`${hub.url}places`);
    expect((await ask('Dot', 'GET', `places/${id}`)).status).toBe(404);
    expectNoErrors(map);
  });

  it('is shown as text, whatever it is called', async () => {
    const id = await add({
      title: EVIL,
      text: `${EVIL}\n\n</script><script>document.title=1</script>`,
      links: [{ label: EVIL, url: `https://example.org/?q=${EVIL}` }],
    });
    const map = await open(`place?id=${id}`, null);
    const { page } = map;
    await see(page, 'h1', EVIL);
    await see(page, '#text', '</script><script>document.title=1</script>');
    expect(await page.locator('#links a').getAttribute('href')).toMatch(
      /^https:\/\/example\.org\/\?q=%3Cimg/,
    );
    expect(await page.title()).toBe(`mandeld: ${EVIL}`);
    await page.goto(`${hub.url}places?sort=new`);
    await see(page, '#found h2', EVIL);
    await page.goto(`${hub.url}?x=-0.75&y=0.1&r=0.5`);
    await page.locator('#marks').click();
    await page.locator('#markers a').filter({ hasText: EVIL }).waitFor();
    await page.locator('#places').click();
    await see(page, '#shared-places', EVIL);
    expect(await page.locator('img[onerror]').count()).toBe(0);
    await ask('Dot', 'DELETE', `places/${id}`);
    expectNoErrors(map);
  });

  it('that no answer should ever have is shown as text as well', async () => {
    const map = await open('places', null);
    const { page } = map;
    const place = {
      id: 7,
      by: EVIL,
      title: EVIL,
      text: EVIL,
      links: [{ label: EVIL, url: 'javascript:alert(1)' }],
      re: '0',
      im: '0',
      radius: '1',
      theme: EVIL,
      tags: [EVIL],
      votes: 1,
      comments: 0,
      state: 'open',
      created: '2026-01-01T00:00:00.000Z',
      edited: null,
      pictureState: 'ready',
      picture: EVIL,
    };
    await page.route('**/api/v1/places?*', async (route) => {
      await route.fulfill({ json: { places: [place], hasMore: false } });
    });
    await page.route('**/api/v1/places/7', async (route) => {
      await route.fulfill({ json: { ...place, viewer: null } });
    });
    await page.route('**/picture?*', async (route) => await route.fulfill({ status: 404 }));
    await page.goto(`${hub.url}places?words=x`);
    await see(page, '#found h2', EVIL);
    expect(await page.locator('#found .tags a').getAttribute('href')).toMatch(/^places\?tag=%3Cimg/);
    await page.goto(`${hub.url}place?id=7`);
    await see(page, 'h1', EVIL);
    expect(await page.locator('#links a').count()).toBe(0);
    expect(await page.locator('#links').textContent()).toBe(EVIL);
    expect(await page.locator('img[onerror]').count()).toBe(0);

    // A picture that is being rendered comes when it is there.
    let isReady = false;
    await page.route('**/api/v1/places/7', async (route) => {
      const picture = isReady
        ? { pictureState: 'ready', picture: 'a1' }
        : { pictureState: 'waiting', picture: null };
      await route.fulfill({ json: { ...place, ...picture, viewer: null } });
    });
    await page.reload();
    await see(page, '#picture', 'being rendered…');
    isReady = true;
    await page.locator('#picture img').waitFor();
    expect(await page.locator('#picture img').getAttribute('src')).toBe(
      `${hub.url}api/v1/places/7/picture?name=a1`,
    );
    expectNoErrors(map);
  });

  it('far below what is computed has its picture when the cluster has made the tiles', async () => {
    const id = await add({ title: 'Beside i', re: '0', im: '1', radius: '0.0123' });
    const map = await open(`place?id=${id}`, null);
    await map.page.locator('#picture img').waitFor({ timeout: 110_000 });
    const deep = await add({ title: 'Too deep', re: '0', im: '1', radius: '1e-400' });
    await map.page.goto(`${hub.url}place?id=${deep}`);
    await see(map.page, '#picture', 'too deep for a picture');
    expect(await map.page.locator('#map').getAttribute('href')).toContain('r=1e-400');
    expectNoErrors(map);
  });
});

describeMap('the gallery', () => {
  it('is searched by words, tag and area, in an order, page by page', async () => {
    const ids: number[] = [];
    for (let i = 0; i < 13; i++)
      ids.push(await add({ title: `Gallery ${i}`, tags: ['gallery', `no-${i}`], re: '0.3', im: `0.5${i}` }));
    // Others fill the page.
    const more = { title: 'Gallery more', text: '', links: [], tags: ['gallery'], theme: 'Ink' };
    const view = { re: '0.31', im: '0.5', radius: '0.1' };
    for (let i = 0; i < 13; i++) await ask('Cas', 'POST', 'places', { ...more, ...view });
    await ask('Ann', 'PUT', `places/${ids[5]}/vote`);
    const map = await open('places?tag=gallery', null);
    const { page } = map;
    await see(page, '#count', 'Places 1 to 24.');
    expect(await page.locator('#found h2').first().textContent()).toBe('Gallery 5');
    expect(await page.locator('#tag').inputValue()).toBe('gallery');
    await page.locator('#behind').click();
    await see(page, '#count', 'Places 25 to 26.');
    expect(await page.locator('#found .sight').count()).toBe(2);
    expect(await page.locator('#behind').isVisible()).toBe(false);
    await page.goBack();
    await see(page, '#count', 'Places 1 to 24.');
    await page.locator('#sort').selectOption('new');
    await expect.poll(async () => await page.locator('#found h2').first().textContent()).toBe('Gallery more');
    expect(page.url()).toBe(`${hub.url}places?tag=gallery&sort=new`);
    await page.locator('#words').fill('12');
    await page.keyboard.press('Enter');
    await see(page, '#count', '1 place.');
    expect(await page.locator('#found h2').first().textContent()).toBe('Gallery 12');
    await page.locator('.tags').getByText('no-12').click();
    await see(page, '#count', '1 place.');
    await page.goto(`${hub.url}places?re=0.3&im=0.5&radius=0.035`);
    await see(page, '#near', 'Only what is near 0.3 +0.5i');
    // 0.50 to 0.53, of two digits 0.510, 0.511 and 0.512, and all at 0.31.
    await see(page, '#count', `${4 + 3 + 13} places.`);
    await page.locator('#everywhere').click();
    await expect.poll(() => page.url()).toBe(`${hub.url}places`);
    await see(page, '#count', 'Places 1 to 24.');
    await page.goto(`${hub.url}places?re=0.3`);
    await page.getByRole('alert').getByText('together').waitFor();
    for (const id of ids) await ask('Dot', 'DELETE', `places/${id}`);
    expectNoErrors(map);
  });

  it('and components lead to each other', async () => {
    await add({ title: 'At the disc of period 2', re: '-1.01', im: '0.01', radius: '0.2' });
    const map = await open('features?address=1_1/2->2', null);
    const { page } = map;
    // The hub lists components while it starts.
    await expect
      .poll(async () => {
        await page.reload();
        await page
          .locator('#count')
          .getByText(/component|Nothing/)
          .waitFor();
        return await page.locator('.feature').count();
      })
      .toBe(1);
    await page.getByRole('link', { name: 'Places near it' }).click();
    await page.locator('#found .whole').filter({ hasText: 'At the disc of period 2' }).click();
    await page.locator('#component a').click();
    await see(page, '.feature dd', '2, a disc');
    expectNoErrors(map);
  });
});

describeMap('the map of a hub', () => {
  it('lists places, flies to them in their colours, and marks those in view', async () => {
    const id = await add({ title: 'Elephants', re: '0.2835', im: '0.0105', radius: '0.05', theme: 'Ember' });
    const map = await open('?x=-0.75&y=0&r=1.35', null);
    const { page } = map;
    await page.locator('#looking').waitFor();
    await page.locator('#places').click();
    await page.locator('#shared-words').fill('elephants');
    await page.keyboard.press('Enter');
    const entry = page.locator('#shared-places li').filter({ hasText: 'Elephants' });
    await entry.waitFor();
    await expect.poll(async () => await page.locator('#shared-places li').count()).toBe(1);
    expect(await seriousFlaws(page)).toEqual([]);
    await entry.locator('button').click();
    await expect
      .poll(() => new URL(page.url()).searchParams.get('x'), { timeout: 30_000 })
      .toMatch(/^0\.2835/);
    expect(new URL(page.url()).searchParams.get('theme')).toBe('Ember');
    await map.resting();
    await page.locator('#marks').click();
    const mark = page.locator('#markers a').filter({ hasText: 'Elephants' });
    await mark.waitFor();
    const box = await mark.boundingBox();
    expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - 640)).toBeLessThan(2);
    expect(Math.abs((box?.y ?? 0) + (box?.height ?? 0) / 2 - 400)).toBeLessThan(2);
    expect(await seriousFlaws(page)).toEqual([]);
    await page.locator('#map').press('ArrowRight');
    await map.resting();
    expect((await mark.boundingBox())?.x).toBeLessThan((box?.x ?? 0) - 20);
    await page.locator('#marks').click();
    expect(await mark.isVisible()).toBe(false);
    await page.locator('#marks').click();
    await mark.press('Enter');
    await see(page, 'h1', 'Elephants');
    await ask('Dot', 'DELETE', `places/${id}`);
    expectNoErrors(map);
  });

  it('is the map as ever elsewhere', async () => {
    const plain = await maps.open(maps.server.url);
    await plain.settled();
    await plain.page.locator('#places').click();
    for (const id of ['shared', 'marks', 'markers'])
      expect(await plain.page.locator(`#${id}`).isVisible()).toBe(false);
    expect(plain.requests.filter((path) => path.includes('/api/'))).toEqual([]);
    expectNoErrors(plain);
  });
});

describeMap('moderation', () => {
  it('is for curators; administrators appoint them, and give tiles out again', async () => {
    const stranger = await open('moderation', null);
    await see(stranger.page, '#refused', 'This page is for curators.');
    const user = await open('moderation', 'Cas');
    await see(user.page, '#refused', 'Administrators appoint them.');
    const curator = await open('moderation', 'Eve');
    await see(curator.page, '#aside', 'None.');
    expect(await curator.page.locator('#people-part').isVisible()).toBe(false);
    const admin = await open('moderation', 'Root');
    const { page } = admin;
    await page.locator('#people').getByText('Eve').waitFor();
    await page.locator('#name').fill('Nobody');
    await page.keyboard.press('Enter');
    await see(page, '#appoint [role=alert]', 'There is no account of this name.');
    await page.locator('#name').fill('cas');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Dismiss Cas' }).waitFor();
    await user.page.reload();
    await see(user.page, '#aside', 'None.');
    await page.getByRole('button', { name: 'Dismiss Cas' }).click();
    await page.getByRole('button', { name: 'Dismiss Cas' }).waitFor({ state: 'detached' });
    await user.page.reload();
    await see(user.page, '#refused', 'This page is for curators.');
    let tiles = [
      { address: 'M013', failures: 3, reasons: `${EVIL}\nslow`, since: '2026-01-01T00:00:00.000Z' },
    ];
    await page.route('**/aside', async (route) => await route.fulfill({ json: { tiles } }));
    await page.route('**/aside/resume', async (route) => {
      expect(route.request().postDataJSON()).toEqual({ address: 'M013' });
      tiles = [];
      await route.fulfill({ status: 204 });
    });
    await page.reload();
    await see(page, '#aside', EVIL);
    expect(await seriousFlaws(page)).toEqual([]);
    await page.getByRole('button', { name: 'Give it out again: M013' }).click();
    await see(page, '#aside', 'None.');
    for (const one of [stranger, user, curator, admin]) expectNoErrors(one);
  });
});

describeMap.each([
  ['in the dark', { ...DESKTOP, colorScheme: 'dark' as const }],
  ['on a phone', PHONE],
  [
    'on a small phone, in the dark',
    { ...PHONE, viewport: { width: 320, height: 568 }, colorScheme: 'dark' as const },
  ],
])('the pages of places %s', (_, options) => {
  it('fit, and axe-core finds nothing serious', async () => {
    const long = `${'Wide'.repeat(25)} place`;
    const id = await add({
      title: long,
      text: `${'x'.repeat(300)}\n\nA second paragraph`,
      tags: ['a-tag-of-thirty-characters-ok-'],
      links: [{ label: 'y'.repeat(100), url: 'https://example.org/' }],
      re: `-0.75${'1'.repeat(150)}`,
    });
    await ask('Ann', 'POST', `places/${id}/comments`, { text: 'z'.repeat(300) });
    await ask('Ann', 'POST', `places/${id}/flag`, { reason: 'w'.repeat(300) });
    const map = await open('places?sort=new', 'Root', options);
    const { page } = map;
    for (const [path, selector, text] of [
      ['places?sort=new', '#found h2', long],
      [`place?id=${id}`, '.comment', 'zzz'],
      [`describe?id=${id}`, 'legend', 'The view'],
      ['moderation', '.reasons', 'www'],
    ] as const) {
      await page.goto(hub.url + path);
      await see(page, selector, text);
      await expectNarrow(page);
      expect(await seriousFlaws(page), path).toEqual([]);
    }
    await ask('Dot', 'DELETE', `places/${id}`);
    expectNoErrors(map);
  });
});

describeMap('a page of places', () => {
  it.each(['places', 'place', 'describe', 'moderation'])(
    'may not be framed, and runs no other script: %s',
    async (name) => {
      const policy = (await fetch(hub.url + name)).headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'sha256-");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'none'");
    },
  );

  it('says so when the hub is away, and to strangers what they need', async () => {
    const map = await open('describe', null);
    const { page } = map;
    await see(page, '#stranger', 'sign in or up');
    await page.locator('#title').fill('A title');
    await page.locator('form#place button').click();
    await see(page, 'form#place [role=alert]', 'You are not signed in');
    expect(await page.locator('#title').inputValue()).toBe('A title');
    await page.route('**/api/**', async (route) => await route.abort());
    await page.goto(`${hub.url}places`);
    await page.getByRole('alert').getByText('The hub cannot be reached.').waitFor();
    await page.goto(`${hub.url}place?id=1`);
    await see(page, '#away', 'The hub cannot be reached.');
    await page.unroute('**/api/**');
    await page.goto(`${hub.url}place?id=x`);
    await see(page, '#away', 'There is no place of that number.');
    expectNoErrors(map);
  });
});
