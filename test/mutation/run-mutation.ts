/**
 * `npm run mutation -- [context ...] [--only GLOB ...] [--every N] [--quick] [--incremental]`: changes the code of one context at a
 * time, runs its tests on each change, and prints how many changes a test caught. Without a context, all in turn.
 */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { contextsWithCode, type MutationPlan, planOf, QUICK } from './mutation-plan.ts';
import { type MutantResult, type Score, scoreOf, scoreTable, survivorLines } from './score.ts';

const root = join(import.meta.dirname, '../..');
process.chdir(root);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true },
    every: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    incremental: { type: 'boolean', default: false },
  },
});

const plansFor = (names: readonly string[]): readonly MutationPlan[] => {
  if (values.quick) return [QUICK];
  const known = contextsWithCode();
  const unknown = names.find((name) => !known.some((context) => context === name));
  if (unknown !== undefined) throw new Error(`No context "${unknown}". Contexts: ${known.join(', ')}.`);
  return known
    .filter((context) => names.length === 0 || names.includes(context))
    .map((context) => planOf(context, { only: values.only ?? [], every: Number(values.every) }));
};

const mutate = async ({ name, files, tests }: MutationPlan): Promise<readonly MutantResult[]> => {
  process.env.MUTATION_TESTS = JSON.stringify(tests);
  const results = await new Stryker({
    mutate: [...files],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts' },
    // Stryker would rewrite a tsconfig for its sandbox; the tests need none.
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 2,
    timeoutMS: 10_000,
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    incremental: values.incremental,
    incrementalFile: `reports/mutation/${name}.json`,
    ignorePatterns: ['.local', 'dist', 'cdk.out*', 'coverage', 'reports'],
    tempDirName: `.stryker-tmp/${name}`,
  }).runMutationTest();
  return results.map((result) => ({ ...result, fileName: relative(root, result.fileName) }));
};

const rows: (readonly [string, Score])[] = [];
for (const plan of plansFor(positionals)) {
  if (plan.files.length === 0) throw new Error(`No file of ${plan.name} matches --only.`);
  console.log(`\n== ${plan.name}: ${plan.files.length} files, ${plan.tests.length} test files`);
  if (values.every !== '1') console.log(plan.files.join('\n'));
  const started = performance.now();
  const results = await mutate(plan);
  for (const line of survivorLines(results)) console.log(line);
  rows.push([plan.name, scoreOf(results)]);
  console.log(`== ${plan.name}: ${((performance.now() - started) / 60_000).toFixed(1)} min`);
}
console.log(`\n${scoreTable(rows)}`);
