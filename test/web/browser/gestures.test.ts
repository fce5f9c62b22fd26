import { expect, it } from 'vitest';
import { viewOf, type Place } from '../../../src/web/place.js';
import { panned, pixelsTo, type View, zoomed, zoomOf } from '../../../src/web/view.js';
import { DESKTOP, PHONE } from '../../support/chromium.js';
import { describeMap, expectNoErrors, useMaps, type MapPage } from './support/map.js';

const maps = useMaps();
const HEIGHT = 800;
const START: Place = { x: '-0.75', y: '0.1', r: '0.390625' };
const DEEP: Place = { x: '0', y: '1', r: String(12.5 * 2 ** -1000) };

const query = ({ x, y, r }: Place): string => `?x=${x}&y=${y}&r=${r}`;

/** What the map shows now is this, within so many pixels. */
async function expectView(map: MapPage, expected: View, pixels = 2, height = HEIGHT): Promise<void> {
  const now = viewOf(await map.place(), height);
  const { right, down } = pixelsTo(expected, now);
  const octaves = zoomOf(now) - zoomOf(expected);
  const shown = `${right.toFixed(2)} right, ${down.toFixed(2)} down, ${octaves.toFixed(4)} octaves`;
  expect(Math.hypot(right, down), shown).toBeLessThan(pixels);
  expect(Math.abs(octaves), shown).toBeLessThan(0.01);
}

describeMap.each([
  ['level 5', START],
  ['level 1000', DEEP],
])('at %s the map is moved', (_, place) => {
  const start = viewOf(place, HEIGHT);

  it('by its buttons', async () => {
    const map = await maps.open(maps.server.url + query(place));
    let expected = start;
    const press = async (id: string, next: View): Promise<void> => {
      await map.page.locator(`#${id}`).click();
      await map.resting();
      expected = next;
      await expectView(map, expected);
    };
    await press('up', panned(expected, 0, -HEIGHT / 3));
    await press('left', panned(expected, -1280 / 3, 0));
    await press('down', panned(expected, 0, HEIGHT / 3));
    await press('right', panned(expected, 1280 / 3, 0));
    await press('in', zoomed(expected, 2));
    await press('out', zoomed(expected, 0.5));
    expectNoErrors(map);
  });

  it('by clicks, which zoom in where they are, and out with Shift', async () => {
    const map = await maps.open(maps.server.url + query(place));
    await map.page.mouse.click(900, 300);
    await map.resting();
    const near = zoomed(start, 2, 260, -100);
    await expectView(map, near);
    await map.page.keyboard.down('Shift');
    await map.page.mouse.click(300, 500);
    await map.page.keyboard.up('Shift');
    await map.resting();
    await expectView(map, zoomed(near, 0.5, -340, 100));
  });

  it('by the wheel, about the pointer', async () => {
    const map = await maps.open(maps.server.url + query(place));
    await map.page.mouse.move(900, 300);
    for (let i = 0; i < 4; i++) await map.page.mouse.wheel(0, -120);
    await map.resting();
    await expectView(map, zoomed(start, 4, 260, -100));
  });

  it('by keys, before and after it was touched', async () => {
    const map = await maps.open(maps.server.url + query(place));
    let expected = start;
    const press = async (key: string, next: View): Promise<void> => {
      await map.page.keyboard.press(key);
      await map.resting();
      expected = next;
      await expectView(map, expected);
    };
    await press('ArrowRight', panned(expected, 320, 0));
    await press('ArrowUp', panned(expected, 0, -200));
    await press('+', zoomed(expected, 2));
    await press('-', zoomed(expected, 0.5));
    await map.page.locator('#map').focus();
    await press('ArrowLeft', panned(expected, -320, 0));
    await press('ArrowDown', panned(expected, 0, 200));
  });

  it('by dragging, and glides on when it is let go in motion', async () => {
    const map = await maps.open(maps.server.url + query(place));
    const { mouse } = map.page;
    await mouse.move(600, 400);
    await mouse.down();
    await mouse.move(500, 350, { steps: 5 });
    await map.page.waitForTimeout(200); // it rests: no glide
    await mouse.up();
    await map.resting();
    const dragged = panned(start, 100, 50);
    await expectView(map, dragged);
    await mouse.move(600, 400);
    await mouse.down();
    await mouse.move(400, 400, { steps: 10 });
    await mouse.up();
    await map.resting();
    const { right, down } = pixelsTo(dragged, viewOf(await map.place(), HEIGHT));
    expect(right).toBeGreaterThan(205);
    expect(Math.abs(down)).toBeLessThan(2);
  });
});

describeMap('the map is moved', () => {
  it('by two fingers, which keep what is under them', async () => {
    const map = await maps.open(maps.server.url + query(START), PHONE);
    const start = viewOf(START, 844);
    const session = await map.page.context().newCDPSession(map.page);
    const touch = async (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      spread: number,
      x = 195,
    ): Promise<void> => {
      const points = [
        { x: x - spread, y: 422, id: 1 },
        { x: x + spread, y: 422, id: 2 },
      ];
      await session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : points,
      });
    };
    await touch('touchStart', 40);
    for (let i = 1; i <= 8; i++) await touch('touchMove', 40 + 5 * i);
    await map.page.waitForTimeout(150);
    await touch('touchEnd', 80);
    await map.resting();
    await expectView(map, zoomed(start, 2), 3, 844);
    await touch('touchStart', 80);
    for (let i = 1; i <= 8; i++) await touch('touchMove', 80, 195 + 10 * i);
    await map.page.waitForTimeout(150);
    await touch('touchEnd', 80);
    await map.resting();
    await expectView(map, panned(zoomed(start, 2), -80, 0), 3, 844);
  });

  it('by one finger, and zoomed by a tap', async () => {
    const map = await maps.open(maps.server.url + query(START), PHONE);
    const start = viewOf(START, 844);
    await map.page.touchscreen.tap(100, 300);
    await map.resting();
    await expectView(map, zoomed(start, 2, -95, -122), 2, 844);
  });

  it('at once where people want little movement', async () => {
    const map = await maps.open(maps.server.url + query(START), { ...DESKTOP, reducedMotion: 'reduce' });
    await map.settled();
    const transforms = async (): Promise<number> =>
      await map.page.evaluate(async () => {
        const seen = new Set<string>();
        const layer = document.querySelector('.layer') as HTMLElement;
        seen.add(layer.style.transform);
        document.getElementById('right')?.click();
        for (let i = 0; i < 20; i++) {
          await new Promise(requestAnimationFrame);
          seen.add(layer.style.transform);
        }
        return seen.size;
      });
    expect(await transforms()).toBe(2);
    await map.page.locator('#home').click();
    await map.page.waitForTimeout(100);
    await expectView(map, viewOf({ x: '-0.75', y: '0', r: '1.35' }, HEIGHT));
  });

  it('by quick clicks as far as by slow ones', async () => {
    const map = await maps.open(maps.server.url + query(START));
    for (let i = 0; i < 5; i++) await map.page.evaluate(() => document.getElementById('in')?.click());
    for (let i = 0; i < 3; i++) await map.page.keyboard.press('ArrowUp', { delay: 30 });
    await map.resting();
    const now = viewOf(await map.place(), HEIGHT);
    expect(zoomOf(now) - zoomOf(viewOf(START, HEIGHT))).toBeCloseTo(5, 3);
  });

  it('not beyond what there is', async () => {
    const map = await maps.open(`${maps.server.url}?x=0&y=0&r=100`);
    for (let i = 0; i < 12; i++) await map.page.keyboard.press('ArrowLeft');
    await map.page.keyboard.press('-');
    await map.resting();
    const { x } = await map.place();
    expect(Number(x)).toBe(-4);
    expectNoErrors(map);
  });

  it('and back and forward lead through where it rested', async () => {
    const map = await maps.open(maps.server.url + query(START));
    await map.page.waitForTimeout(1300);
    const first = await map.page.evaluate(() => location.search);
    await map.page.locator('#in').click();
    await map.page.waitForTimeout(1600);
    await map.page.locator('#right').click();
    await map.page.waitForTimeout(1600);
    const last = viewOf(await map.place(), HEIGHT);
    const steps = await map.page.evaluate(() => history.length);
    await map.page.goBack();
    await map.resting();
    const near = zoomed(viewOf(START, HEIGHT), 2);
    expect(Math.abs(pixelsTo(near, viewOf(await map.place(), HEIGHT)).right)).toBeLessThan(1);
    await map.page.goBack();
    await map.resting();
    expect(await map.page.evaluate(() => location.search)).toBe(first);
    await map.page.goForward();
    await map.page.goForward();
    await map.resting();
    expect(Math.abs(pixelsTo(last, viewOf(await map.place(), HEIGHT)).right)).toBeLessThan(1);
    expect(await map.page.evaluate(() => history.length)).toBe(steps);
    expect(steps).toBeLessThan(6);
  });
});
