import { defineConfig } from 'vitest/config';

/** Tests that touch the store: they run on each database. */
const STORE_TESTS = [
  'test/{contract,downloads,events,graphql,graphql-transport,jobs,operations,resources,statistics,streams,transfers,uploads,webhooks}/**/*.test.ts',
  'test/database/{database,reading-aside}.test.ts',
  'test/start-stop.test.ts',
];

/** Among them, and about many thousands of streams or names rather than about what is stored. */
const NOT_OF_THE_STORE = [
  'test/statistics/formats/*.test.ts',
  'test/streams/{slow-reader,come-and-go}.test.ts',
  'test/webhooks/{allowed-address,post,reach,resolve-name,retry-schedule,slots}.test.ts',
];

export default defineConfig({
  // Node takes graphql's main and Vite its module field, and two graphqls in one process refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // Brokers are started as child processes and real bytes travel, two files at a time.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'SQLite',
          include: ['test/**/*.test.ts'],
          exclude: ['test/bench/**', 'test/postgres/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'PostgreSQL',
          include: [...STORE_TESTS, 'test/postgres/**/*.test.ts'],
          exclude: NOT_OF_THE_STORE,
          globalSetup: ['test/support/postgres-setup.ts'],
          env: { TEST_DATABASE: 'postgres' },
        },
      },
    ],
  },
});
