import { defineConfig } from 'vitest/config';

/** The unit tests that speak for the files listed in stryker.config.json. */
export default defineConfig({
  test: {
    include: [
      'forecasts/breach',
      'anomalies/engine',
      'forecasts/engine',
      'forecasts/runs',
      'metrics/blocks',
      'platform/access',
    ].map((area) => `test/unit/${area}/**/*.test.ts`),
    environment: 'node',
    testTimeout: 60_000,
  },
});
