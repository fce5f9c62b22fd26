import type { Page } from 'playwright-core';

/** How smoothly the map moved. */
export interface Smoothness {
  /** Milliseconds of the script's tasks over 50 ms. */
  readonly longTasks: readonly number[];
  /** Milliseconds between pictures: the middle, and what 95 of 100 stay below. */
  readonly median: number;
  readonly p95: number;
  readonly frames: number;
  /** Megabytes of the script's objects, after their waste was collected. */
  readonly heapBefore: number;
  readonly heapAfter: number;
}

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  await session.detach();
  return usedSize / 1e6;
}

/** Pans, zooms and flies for so many seconds, in a page that shows the map. */
export async function tour(page: Page, seconds: number): Promise<Smoothness> {
  const heapBefore = await heap(page);
  await page.evaluate(() => {
    const state = { frames: [] as number[], tasks: [] as number[], isOver: false };
    (globalThis as unknown as { smoothness: typeof state }).smoothness = state;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) state.tasks.push(Math.round(duration));
    }).observe({ type: 'longtask' });
    let before = performance.now();
    const frame = (now: number): void => {
      state.frames.push(now - before);
      before = now;
      if (!state.isOver) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const end = Date.now() + 1000 * seconds;
  const { mouse, keyboard } = page;
  for (let round = 0; Date.now() < end; round++) {
    await mouse.move(800, 400);
    await mouse.down();
    await mouse.move(500, 300, { steps: 25 });
    await mouse.up();
    await page.waitForTimeout(400);
    for (let i = 0; i < 25; i++) {
      await mouse.wheel(0, round % 2 === 0 ? -40 : 40);
      await page.waitForTimeout(16);
    }
    await keyboard.press(round % 2 === 0 ? 'ArrowUp' : 'ArrowDown');
    await page.waitForTimeout(300);
    if (round % 3 === 2) {
      await page.locator('#places').click();
      await page
        .locator('#tour li button')
        .nth(round % 4)
        .click();
      await page.waitForTimeout(300);
      await page.waitForFunction(() => document.body.dataset['moving'] === 'false');
    }
  }
  const { frames, tasks } = await page.evaluate(() => {
    const { smoothness } = globalThis as unknown as {
      smoothness: { frames: number[]; tasks: number[]; isOver: boolean };
    };
    smoothness.isOver = true;
    return smoothness;
  });
  const sorted = frames.slice(1).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(10 * sorted[Math.floor(share * (sorted.length - 1))]) / 10;
  return {
    longTasks: tasks,
    median: at(0.5),
    p95: at(0.95),
    frames: sorted.length,
    heapBefore,
    heapAfter: await heap(page),
  };
}
