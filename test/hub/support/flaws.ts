import type { Address } from '../../../src/tile/address.js';
import { beansFor } from '../../../src/hub/ledger.js';
import { run } from '../../e2e/support/mandeld.js';
import { essence } from '../../support/essence.js';
import type { Books } from './hub-process.js';
import type { Truth } from './truth.js';

/** What is wrong with a finished cache beside one that plain daemons have made. */
export async function flawsOfCache(root: string, truth: Truth): Promise<string[]> {
  const flaws: string[] = [];
  const check = await run('check', root, '--json');
  if (check.code !== 0) flaws.push(`check: ${check.out.slice(0, 2000)}${check.err.slice(0, 2000)}`);
  const [got, sound] = [await essence(root), await essence(truth.root)];
  for (const name of new Set([...Object.keys(got.files), ...Object.keys(sound.files)])) {
    if (got.files[name] !== sound.files[name])
      flaws.push(`${name}: ${got.files[name]} for ${sound.files[name]}`);
  }
  if ([...new Set(got.boring)].join() !== sound.boring.join()) flaws.push('boring.txt differs');
  return flaws;
}

/** What is wrong with the accounts: whatever is not decided on, paid for falsely, or held against somebody who was right. */
export async function flawsOfBooks(books: Books, truth: Truth): Promise<string[]> {
  const flaws: string[] = [];
  for (const { id, name, address, digest, state, reason, suspect, beans, lines } of books.results) {
    const which = `result ${id} of ${name} for ${address}, ${state}`;
    const isRight = await truth.isRight(address as Address, digest);
    if (state === 'pending' || suspect) flaws.push(`${which}: not decided on`);
    if (state === 'valid' ? lines !== 1 || beans < beansFor(0) : beans !== 0)
      flaws.push(`${which}: ${beans} beans in ${lines} lines`);
    if (!isRight && beans !== 0) flaws.push(`${which}: ${beans} beans for false work`);
    if (isRight && state === 'false') flaws.push(`${which}: it is right. ${reason}`);
  }
  if (books.forgotten > 0) flaws.push(`${books.forgotten} leases are held for ever`);
  return flaws;
}
