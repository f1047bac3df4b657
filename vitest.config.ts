import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], timeout = 20_000, more: object = {}) => ({
  test: {
    ...{ name, include, testTimeout: timeout, hookTimeout: timeout, environment: 'node' as const },
    setupFiles: ['test/harness/property-seed.ts'],
    ...more,
  },
});

const RECORDED = 'test/iam/recorded-*.test.ts';

/** End-to-end tests that deploy nothing, or have an emulator of their own. */
const APART = [
  ...[
    'action-resources',
    'alertmanager',
    'approval-page',
    'commands-without-aws',
    'emulator-fidelity',
    'emulator',
  ],
  ...['forty-days', 'npm-start'],
].map((name) => `test/e2e/${name}.test.ts`);

/** Tests that replace modules, or that need modules which other tests replace. */
const ISOLATED = [
  'test/adapters/aws/service-breakers.test.ts',
  'test/unit/api/client-headers.test.ts',
  'test/unit/cli/sign-in.test.ts',
  'test/unit/forecasts/handlers/forecast-wiring.test.ts',
  'test/unit/platform/x-ray.test.ts',
];
/** Loading the modules anew for each file takes longer than the tests. */
const TOGETHER = { isolate: false, exclude: ISOLATED };

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'adapters/**/*.ts', 'functions/**/*.ts', 'cli/**/*.ts'],
      exclude: ['functions/build.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        'core/**': { lines: 99, branches: 95 },
        'adapters/**': { lines: 90 },
        'functions/**': { lines: 90 },
        'cli/**': { lines: 90 },
      },
    },
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'], 60_000, TOGETHER),
      project('isolated', ISOLATED, 60_000),
      // Apart from the unit tests: measuring coverage would triple the time of the benches.
      project('bench', ['test/bench/**/*.test.ts'], 240_000),
      project('adapters', ['test/adapters/**/*.test.ts'], 20_000, TOGETHER),
      project('workflows', ['test/workflows/**/*.test.ts']),
      // One worker without isolation: loading the CDK library anew for each file costs more than all the assertions.
      project('infra', ['test/infra/**/*.test.ts'], 120_000, { isolate: false, maxWorkers: 1 }),
      project('iam', ['test/iam/**/*.test.ts'], 60_000, { exclude: [RECORDED] }),
      // After e2e, which records the calls and the logs.
      project('permissions', [RECORDED], 120_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 600_000, {
        ...{ globalSetup: ['test/e2e/shared-session.ts'], fileParallelism: false, exclude: APART },
      }),
      project('e2e-apart', APART, 600_000, { fileParallelism: false }),
    ],
  },
});
