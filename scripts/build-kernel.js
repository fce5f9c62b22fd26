// Compiles src/math/simd/ to dist/math/simd-kernel.wasm, unless that is up to date.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = 'src/math/simd';
const target = 'dist/math/simd-kernel.wasm';

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

process.chdir(root);
const inputs = readdirSync(source).map((name) => `${source}/${name}`);
const newest = Math.max(...[...inputs, 'scripts/build-kernel.js', 'package-lock.json'].map(changed));
if (changed(target) < newest) {
  mkdirSync('dist/math', { recursive: true });
  const options =
    // Pages of 64 KiB; src/math/simd/planes.ts says what stands in them.
    '--initialMemory 260 --maximumMemory 260 --enable simd -O3 --converge --runtime stub --use abort= ' +
    // v128 passes between functions of the module only.
    `--disableWarning 112 --outFile ${target}`;
  const { error } = await asc.main([`${source}/index.ts`, ...options.split(' ')], { stderr: process.stderr });
  if (error) throw error;
}
