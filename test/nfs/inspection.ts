import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { essence, filesOf, type Essence } from '../support/essence.js';

const execute = promisify(execFile);

/** What an undisturbed run left. */
export interface Reference {
  readonly essence: Essence;
  /** The hash of each raw file, by name: it does not depend on where the file is. */
  readonly raws: ReadonlyMap<string, string>;
}

/** Reads the cache of an undisturbed run. */
export async function referenceOf(cache: string): Promise<Reference> {
  const found = await essence(cache);
  const raws = Object.entries(found.files).filter(([path]) => path.endsWith('.raw'));
  return { essence: found, raws: new Map(raws.map(([path, hash]) => [basename(path), hash])) };
}

/** What is wrong with a cache that is finished. */
export async function flawsOfFinished(
  program: string,
  cache: string,
  reference: Reference,
): Promise<string[]> {
  const flaws = await flawsOfCheck(program, cache);
  const found = await essence(cache);
  if (isDeepStrictEqual(found, reference.essence)) return flaws;
  const names = new Set([...Object.keys(found.files), ...Object.keys(reference.essence.files)]);
  const different = [...names].filter((name) => found.files[name] !== reference.essence.files[name]);
  flaws.push(
    ...different.map(
      (name) =>
        `${name}: ${found.files[name] ?? 'not there'}, expected ${reference.essence.files[name] ?? 'nothing'}`,
    ),
  );
  if (!isDeepStrictEqual(found.boring, reference.essence.boring))
    flaws.push('boring.txt: other lines than expected');
  return flaws;
}

/**
 * What is wrong with a cache in the midst of work: a tile that is lost, a file that is trusted and is not what it
 * should be. A client's results that are not ready yet may be anything.
 */
export async function flawsAfterCut(program: string, cache: string, reference: Reference): Promise<string[]> {
  const flaws = await flawsOfCheck(program, cache, isOfCutClient);
  const work = join(cache, 'work');
  const clients = (await readdir(work)).filter((name) => !name.startsWith('.'));
  for (const folder of ['todo', 'done', 'tile', ...clients.map((name) => `work/${name}/ready`)]) {
    const files = await filesOf(join(cache, folder)).catch(() => ({}));
    for (const [name, hash] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      const expected = folder === 'tile' ? reference.essence.files[path] : reference.raws.get(name);
      if (!name.startsWith('.') && hash !== expected) flaws.push(`${path}: ${hash}, expected ${expected}`);
    }
  }
  const known = new Set(reference.essence.boring);
  const lines = (await readFile(join(cache, 'boring.txt'), 'utf8')).split('\n').slice(0, -1); // the last may be torn
  flaws.push(
    ...lines.filter((line) => !known.has(line)).map((line) => `boring.txt: unexpected line "${line}"`),
  );
  return flaws;
}

/** What `mandeld check --json` says of a flaw. */
interface Problem {
  readonly address: string;
  readonly kind: string;
}

/** Whether this is the folder of a client whose power was cut: after the lease, which may be over by now, it is a leftover. */
function isOfCutClient({ address, kind }: Problem): boolean {
  return kind === 'leftover' && address.startsWith('work/');
}

/**
 * What `mandeld check` finds.
 *
 * @param isExpected which of its findings are no flaws
 */
async function flawsOfCheck(
  program: string,
  cache: string,
  isExpected: (problem: Problem) => boolean = () => false,
): Promise<string[]> {
  await rm(join(cache, 'lock/held'), { recursive: true, force: true }); // its holder is no more, and check would wait for it
  const arguments_ = [program, 'check', cache, '--json'];
  const { stdout, failure } = await execute(process.execPath, arguments_).then(
    (done) => ({ stdout: done.stdout, failure: null }),
    (error: { stdout?: string; message: string }) => ({ stdout: error.stdout ?? '', failure: error.message }),
  );
  if (stdout === '') return [`check: ${failure ?? 'it said nothing'}`];
  const { problems } = JSON.parse(stdout) as { problems: Problem[] };
  return problems
    .filter((problem) => !isExpected(problem))
    .map((problem) => `check: ${JSON.stringify(problem)}`);
}
