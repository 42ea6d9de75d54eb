import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,property,architecture,fault,e2e,conformance}/**/*.test.ts'],
    globalSetup: './test/setup/compile-children.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    reporters: ['default', './test/reporter/summary-reporter.ts'],
  },
});
