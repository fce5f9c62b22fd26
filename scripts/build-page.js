// Bundles what tsc has made of src/web into one page: dist/web/index.html, with the style, the script and the worker's script inside.
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

const worker = await bundle('dist/web/boring-worker.js');
const script = await bundle('dist/web/main.js', { BORING_WORKER: JSON.stringify(worker) });
const style = transform({
  filename: 'style.css',
  code: readFileSync('src/web/style.css'),
  minify: true,
}).code.toString();
// Inside a page nothing may look like the end of a script or a style.
const inside = (text) => text.replaceAll('</', String.raw`<\/`);
const page = readFileSync('src/web/page.html', 'utf8')
  .replace(/\n\s+/g, '\n')
  .replace('/*VERSION*/', JSON.parse(readFileSync('package.json', 'utf8')).version)
  .replace('/*STYLE*/', () => style)
  .replace('/*SCRIPT*/', () => inside(script));
writeFileSync('dist/web/index.html', page);
