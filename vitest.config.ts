import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node takes graphql's main and Vite its module field, and two graphqls in one process refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // Brokers are started as child processes and real bytes travel, two files at a time.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
