// Puts the configurations of contrib/ into docs/serving.md, between the comments that name them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const inPackage = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const LANGUAGES = { Caddyfile: 'text', conf: 'nginx' };

const document = inPackage('docs/serving.md');
const text = readFileSync(document, 'utf8').replace(
  /<!-- (mandeld\S+) -->\n[\s\S]*?<!-- \/\1 -->/g,
  (_, name) => {
    const language = name.includes('apache') ? 'apache' : LANGUAGES[name.split('.').at(-1)];
    const file = readFileSync(inPackage(`contrib/${name}`), 'utf8');
    return `<!-- ${name} -->\n\n\`\`\`${language}\n${file}\`\`\`\n\n<!-- /${name} -->`;
  },
);
writeFileSync(document, text);
