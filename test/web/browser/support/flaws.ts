import axeCore from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core calls serious or critical, in a few words each. */
export async function seriousFlaws(page: Page): Promise<string[]> {
  // Not as a script of the page's, which its policy may forbid.
  await page.evaluate(axeCore.source);
  return await page.evaluate(async () => {
    interface Result {
      violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<Result> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 120)}`));
  });
}
