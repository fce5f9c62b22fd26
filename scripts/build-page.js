// Bundles what tsc has made of src/web into two pages, each a file with style and script inside: dist/web/index.html, the map, with the
// worker's script as well, and dist/web/dashboard.html.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'lightningcss';
import { build } from 'rolldown';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

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

/** One page. */
function write(file, folder, script) {
  const style = transform({
    filename: 'style.css',
    code: readFileSync(`${folder}/style.css`),
    minify: true,
  }).code.toString();
  // Inside a page nothing may look like the end of a script or a style.
  const inside = (text) => text.replaceAll('</', String.raw`<\/`);
  const page = readFileSync(`${folder}/page.html`, 'utf8')
    .replace(/\n\s+/g, '\n')
    .replace('/*VERSION*/', JSON.parse(readFileSync('package.json', 'utf8')).version)
    .replace('/*STYLE*/', () => style)
    .replace('/*SCRIPT*/', () => inside(script));
  writeFileSync(file, page);
}

const worker = await bundle('dist/web/boring-worker.js');
const script = await bundle('dist/web/main.js', { BORING_WORKER: JSON.stringify(worker) });
write('dist/web/index.html', 'src/web', script);
write('dist/web/dashboard.html', 'src/web/dashboard', await bundle('dist/web/dashboard/main.js'));
