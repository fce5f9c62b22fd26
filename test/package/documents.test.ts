import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));

async function textOf(path: string): Promise<string> {
  return await readFile(join(project, path), 'utf8');
}

/** Every message that the source logs at a level: the fixed parts of its text. */
async function messages(call: RegExp): Promise<string[][]> {
  const files = await readdir(join(project, 'src'), { recursive: true });
  const sources = files.filter((name) => name.endsWith('.ts')).map((name) => join('src', name));
  const found: string[][] = [];
  for (const source of sources) {
    const text = await textOf(source);
    for (const { index } of text.matchAll(call)) {
      // The last text before the call's end is the message; the details before it hold none.
      const statement = text.slice(index, text.indexOf(');\n', index) + 1);
      const message = /(?<quote>['"`])(?<text>(?:(?!\k<quote>).)+)\k<quote>,?\s*\)$/.exec(statement)?.groups;
      if (message) found.push(message['text'].split(/\$\{[^}]*\}/).filter((part) => part !== ''));
    }
  }
  return found;
}

describe('docs/operations.md', () => {
  it.each([
    ['warn', /logger\.warn\(/g, 8],
    ['error', /errors\.report\(|logger\.error\((?!details, message)/g, 7],
  ])('explains every line at level %s', async (level, call, least) => {
    const document = await textOf('docs/operations.md');
    const section = document.split(`Every line at level \`${level}\``)[1]?.split('\nEvery line')[0] ?? '';
    const found = await messages(call);
    expect(found.length).toBeGreaterThanOrEqual(least);
    for (const parts of found) for (const part of parts) expect(section, part).toContain(part);
  });

  it('names every metric', async () => {
    const document = await textOf('docs/operations.md');
    const source = await textOf('src/daemon/metrics.ts');
    const names = [
      ...source.matchAll(/^ {2}([a-z_]+): \[/gm),
      ...source.matchAll(/this\.#(?:counter|gauge)\('([a-z_]+)'/g),
      ...source.matchAll(/name: 'mandeld_([a-z_]+)'/g),
    ].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names)
      expect(document).toMatch(new RegExp(`\`${name}(?:_total)?(?:\\{[a-z,]+\\})?\``));
  });
});
