import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The run that starts this names the test files: only those of the mutated context. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.MUTATION_TESTS ?? '[]'),
    environment: 'node',
    setupFiles: [join(import.meta.dirname, 'few-examples.ts')],
    testTimeout: 60_000,
  },
});
