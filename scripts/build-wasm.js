// Compiles the AssemblyScript modules, two kernels and the deflate encoder, unless they are up to date.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

// v128 passes between functions of the module only.
const SIMD = ['--enable', 'simd', '--disableWarning', '112'];
const MODULES = [
  {
    source: 'src/math/simd',
    target: 'dist/math/simd-kernel.wasm',
    // Pages of 64 KiB; planes.ts says what stands in them.
    pages: 260,
    options: SIMD,
  },
  // It grows with the reference orbit.
  {
    source: 'src/math/deep',
    target: 'dist/math/deep-kernel.wasm',
    pages: 32,
    maximumPages: 32768,
    options: [...SIMD, '--disableWarning', '201'],
  },
  // Pages: see memory.ts.
  { source: 'src/tile/deflate', target: 'dist/tile/deflate.wasm', pages: 24, options: [] },
];

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const { source, target, pages, maximumPages = pages, options } of MODULES) {
  const inputs = readdirSync(source).map((name) => `${source}/${name}`);
  const newest = Math.max(...[...inputs, 'scripts/build-wasm.js', 'package-lock.json'].map(changed));
  if (changed(target) >= newest) continue;
  mkdirSync(dirname(target), { recursive: true });
  const memory = ['--initialMemory', `${pages}`, '--maximumMemory', `${maximumPages}`];
  const common = ['-O3', '--converge', '--runtime', 'stub', '--use', 'abort='];
  const { error } = await asc.main(
    [`${source}/index.ts`, ...memory, ...common, ...options, '--outFile', target],
    { stderr: process.stderr },
  );
  if (error) throw error;
}
