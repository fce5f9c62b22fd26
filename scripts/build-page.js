// Bundles what tsc has made of src/web into pages, each a file with style and script inside: dist/web/index.html, the map, with the
// worker's script as well, dist/web/dashboard.html, and those of a hub.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'lightningcss';
import { build } from 'rolldown';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** The pages of a hub, src/web/hub: their names and titles. */
const HUB_PAGES = {
  account: 'Your account',
  volunteers: 'Volunteers',
  features: 'Components',
  places: 'Places',
  place: 'A place',
  describe: 'Describe a place',
  moderation: 'Moderation',
};
/** Those that show places. */
const PLACE_PAGES = new Set(['places', 'place', 'describe', 'moderation']);

/** One file of script. */
async function bundle(input, define = {}) {
  const { output } = await build({
    input,
    write: false,
    logLevel: 'warn',
    platform: 'browser',
    transform: { target: 'es2022', define },
    output: { format: 'esm', minify: true, codeSplitting: false },
  });
  if (output.length !== 1) throw new Error(`expected one file of ${input}, got ${output.length}`);
  return output[0].code.trim();
}

/** Text of a file of src/web. */
function source(name) {
  return readFileSync(`src/web/${name}`, 'utf8');
}

/** One page, of its HTML, files of style, and a script. */
function write(name, html, styles, script) {
  const style = transform({
    filename: 'style.css',
    code: Buffer.from(styles.map(source).join('\n')),
    minify: true,
  }).code.toString();
  // Inside a page nothing may look like the end of a script or a style.
  const inside = (text) => text.replaceAll('</', String.raw`<\/`);
  const page = html
    .replace(/\n\s+/g, '\n')
    .replace('/*VERSION*/', JSON.parse(readFileSync('package.json', 'utf8')).version)
    .replace('/*STYLE*/', () => style)
    .replace('/*SCRIPT*/', () => inside(script));
  writeFileSync(`dist/web/${name}.html`, page);
}

const worker = await bundle('dist/web/boring-worker.js');
const script = await bundle('dist/web/main.js', { BORING_WORKER: JSON.stringify(worker) });
write('index', source('page.html'), ['style.css'], script);
write(
  'dashboard',
  source('dashboard/page.html'),
  ['sheet.css', 'dashboard/style.css'],
  await bundle('dist/web/dashboard/main.js'),
);
for (const [name, title] of Object.entries(HUB_PAGES)) {
  const html = source('hub/frame.html')
    .replaceAll('/*TITLE*/', title)
    .replace(`href="${name}"`, '$& aria-current="page"')
    .replace('/*MAIN*/', () => source(`hub/${name}.html`));
  const styles = ['sheet.css', 'hub/style.css', ...(PLACE_PAGES.has(name) ? ['hub/places.css'] : [])];
  write(name, html, styles, await bundle(`dist/web/hub/${name}.js`));
}
