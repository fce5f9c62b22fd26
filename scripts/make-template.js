// Makes cache-template/ anew: an empty cache with the default settings. The same sources always give the same bytes, so
// CI runs this and expects no difference.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCache } from '../dist/cache/create.js';
import { Layout } from '../dist/cache/layout.js';
import { refreshPage } from '../dist/cache/page-file.js';
import { DEFAULT_LEASE } from '../dist/cache/settings.js';
import { readPage } from '../dist/daemon/page.js';
import { seedOf } from '../dist/daemon/seed.js';
import { DEFAULT_THEME } from '../dist/image/themes.js';

const template = fileURLToPath(new URL('../cache-template', import.meta.url));

await rm(template, { recursive: true, force: true });
await mkdir(template);
const choice = { theme: DEFAULT_THEME, image: 'png', lease: DEFAULT_LEASE };
await createCache(template, choice, seedOf(choice.theme, choice.image));
await refreshPage(new Layout(template, choice.image), await readPage());
// Git keeps no empty folders; caches ignore dot files.
for (const entry of await readdir(template, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const folder = join(template, entry.name);
  if ((await readdir(folder)).length === 0) await writeFile(join(folder, '.gitkeep'), '');
}
