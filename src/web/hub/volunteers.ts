import { build } from '../build.js';
import { byId } from '../elements.js';
import type { Standing } from './answers.js';
import { HubApi } from './api.js';
import { copyable } from './copying.js';
import { fillTable } from './table.js';
import { count } from './words.js';

const SPANS = { week: 'Nobody has sent anything this week.', all: 'Nobody has sent anything yet.' } as const;

async function main(): Promise<void> {
  const base = new URL('.', location.href).href;
  const api = new HubApi(base);
  byId('commands').append(
    build('li', '', copyable('npm ci && npm run build && npm install --global .', 'the first command')),
    build('li', '', copyable(`mandeld join ${base} --token <your token>`, 'the second command')),
  );
  try {
    for (const span of ['week', 'all'] as const) {
      const { standings } = await api.get<{ standings: readonly Standing[] }>('leaderboard', { span });
      const rows = standings.map(({ name, beans, tiles }, i) => [
        build('span', '', build('span', 'rank', `${i + 1}`), build('bdi', '', name)),
        count(beans),
        count(tiles),
      ]);
      fillTable(byId(span), ['Name', 'Beans', 'Tiles'], rows, SPANS[span]);
    }
  } catch (error) {
    byId('away').textContent = error instanceof Error ? error.message : String(error);
    byId('away').hidden = false;
  }
}

await main();
