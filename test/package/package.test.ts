import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mandeld-package-'));

function run(command: string, args: string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The packed tarball, installed in an empty folder as a user would. */
beforeAll(() => {
  // The build has run already; packing must not replace dist/ under the other tests.
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], project);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  run('npm', ['init', '--yes']);
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('runs with npx', () => {
    expect(run('npx', ['mandeld', 'point', '-0.12', '0.74'])).toMatch(/^interior, period 3/);
  });

  test('renders with its own workers', () => {
    run('npx', ['mandeld', 'init', 'cache']);
    run('npx', ['mandeld', '--cache', 'cache', '--max-level', '3', '--until-idle', '--log-level', 'warn']);
    expect(readdirSync(join(folder, 'cache/done')).toSorted()).toContain('M01.raw');
    expect(run('npx', ['mandeld', 'check', 'cache'])).toContain('The cache is sound.');
  });

  test('holds what a user needs and nothing else', () => {
    const installed = join(folder, 'node_modules/mandeld');
    expect(existsSync(join(installed, 'cache-template/todo/M.raw'))).toBe(true);
    expect(existsSync(join(installed, 'README.md'))).toBe(true);
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true);
    expect(existsSync(join(installed, 'contrib/mandeld@.service'))).toBe(true);
    expect(existsSync(join(installed, 'docs/operations.md'))).toBe(true);
    for (const name of ['src', 'test', '.ci', 'scripts'])
      expect(existsSync(join(installed, name)), name).toBe(false);
    const built = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(built.filter((name) => name.endsWith('.tsbuildinfo'))).toEqual([]);
  });
});
