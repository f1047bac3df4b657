/** The files that one run mutates and the tests that it runs. */
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';
import { CONTEXTS, type Context } from '../architecture/contexts.ts';

const root = join(import.meta.dirname, '../..');

export interface MutationPlan {
  readonly name: Context | 'quick';
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

const existing = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { cwd: root })
    .map((path) => path.replaceAll(sep, '/'))
    .sort();

/** Folders of the adapters and their tests; `adapters/aws` serves every context, as `core/shared` does. */
const roomsOf = (context: Context): readonly string[] => (context === 'shared' ? ['aws'] : [context]);

const filesOf = (context: Context): readonly string[] =>
  existing(`core/${context}/**/*.ts`, ...roomsOf(context).map((room) => `adapters/${room}/**/*.ts`));

/** Contexts with code of their own to mutate. */
export const contextsWithCode = (): readonly Context[] =>
  CONTEXTS.filter((context) => filesOf(context).length > 0);

/** Seconds instead of minutes: shows that mutation itself works, and asserts no more than that. */
export const QUICK: MutationPlan = {
  name: 'quick',
  files: ['core/forecasts/breach/risk-score.ts'],
  tests: ['test/unit/forecasts/breach/risk-score.test.ts'],
};

/**
 * Tests that judge no mutant. Benchmarks and simulations of whole fleets run most of the code, so every mutant would pay
 * for them. Wiring tests load modules within a test: Stryker would take what happens on loading for covered by them alone.
 */
const UNSUITABLE = /bench|group-storm|petshop|batch-runs|damaged-state|wiring/;

export interface Narrowing {
  /** Globs of files. */
  readonly only?: readonly string[];
  /** Takes every n-th file: a sample of a large context. */
  readonly every?: number;
}

/** The plan of a context. */
export const planOf = (context: Context, { only = [], every = 1 }: Narrowing = {}): MutationPlan => {
  const chosen = only.length === 0 ? undefined : new Set(existing(...only));
  return {
    name: context,
    files: filesOf(context)
      .filter((file) => chosen?.has(file) ?? true)
      .filter((_, index) => index % every === 0),
    tests: existing(
      `test/unit/${context}/**/*.test.ts`,
      ...roomsOf(context).map((room) => `test/adapters/${room}/**/*.test.ts`),
    ).filter((file) => !UNSUITABLE.test(file)),
  };
};
