import { defineConfig } from 'vitest/config';

// Workspace packages are read from their sources: a test run never depends on a build.
// Neither `import` nor `require` is named: vitest hands the list to node, which would then load ES modules where CommonJS requires them.
const conditions = ['source', 'node'];
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const folders = '{apps,packages}/*/src/**';
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    // A summary is often all that is kept of a run: messages name whole values.
    chaiConfig: { truncateThreshold: 1_000 },
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: [`${folders}/*.test.ts`],
          exclude: [...exclude, '**/*.{integration,machine}.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        // Need Postgres and Redis, which the set-up starts once for all of them; each test file takes a database of its own.
        ...source,
        test: {
          name: 'integration',
          include: [`${folders}/*.integration.test.ts`],
          exclude,
          globalSetup: ['scripts/services/vitest-global-setup.mjs'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        // Boot real machines, or start the real Heroku CLI.
        ...source,
        test: {
          name: 'machine',
          include: [`${folders}/*.machine.test.ts`],
          exclude,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        ...source,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Two at once: they wait more than they compute, and each has a system of its own.
          maxWorkers: 2,
        },
      },
    ],
  },
});
