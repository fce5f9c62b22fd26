import { defineConfig } from 'vitest/config';

const BROWSER_TESTS = 'test/web/browser/**/*.test.ts';
const HUB_TESTS = 'test/hub/**/*.test.ts';
const times = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // Daemons started by tests use all cores themselves.
    maxWorkers: 2,
    projects: [
      {
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: [BROWSER_TESTS, HUB_TESTS], ...times },
      },
      {
        test: {
          name: 'hub',
          include: [HUB_TESTS],
          globalSetup: 'test/hub/support/global-setup.ts',
          ...times,
        },
      },
      {
        test: {
          name: 'browser',
          include: [BROWSER_TESTS],
          globalSetup: 'test/web/browser/support/global-setup.ts',
          // One browser, and people's patience is tried: after all other tests, whose daemons use all cores.
          sequence: { groupOrder: 1 },
          ...times,
        },
      },
    ],
  },
});
