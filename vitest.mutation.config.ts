import { defineConfig } from 'vitest/config';

/** The unit tests that speak for the files listed in stryker.config.json. */
export default defineConfig({
  test: {
    include: ['breach', 'detection', 'forecasting', 'runs', 'metrics/blocks', 'platform/access'].map(
      (area) => `test/unit/${area}/**/*.test.ts`,
    ),
    environment: 'node',
    exclude: ['test/unit/runs/events-page.test.ts'],
    testTimeout: 60_000,
  },
});
