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

describe('docs/serving.md', () => {
  it('holds the configurations as they are in contrib/', async () => {
    const document = await textOf('docs/serving.md');
    const names = (await readdir(join(project, 'contrib'))).filter((name) => /nginx|apache|Caddy/.test(name));
    expect(names).toHaveLength(4);
    for (const name of names) expect(document, name).toContain(await textOf(join('contrib', name)));
  });

  it('names every option and every metric', async () => {
    const document = await textOf('docs/serving.md');
    const command = await textOf('src/cli/commands/serve.ts');
    const options = [...command.matchAll(/\.option\('([a-z-]+)'/g)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(6);
    for (const name of options) expect(document, name).toMatch(new RegExp(`--(no-)?${name}\\b`));
    const source = await textOf('src/serve/metrics.ts');
    const metrics = [...source.matchAll(/mandeld_server_([a-z_]+)'|#gauge\('([a-z_]+)'/g)].map(
      ([, name, gauge]) => name ?? gauge,
    );
    expect(metrics.length).toBeGreaterThan(8);
    for (const name of metrics) expect(document, name).toMatch(new RegExp(`\`${name}[\`{]`));
  });
});

describe('README.md', () => {
  it('has every command in its table', async () => {
    const text = await textOf('README.md');
    const source = await textOf('src/cli/main.ts');
    const names = [...source.matchAll(/^ {2}([a-z]+): async \(\) => \(await import\('\.\/commands\//gm)];
    expect(names.length).toBeGreaterThan(8);
    for (const [, name] of names) expect(text, name).toContain(`| \`mandeld ${name}`);
  });
});
