import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextsWithCode, planOf } from '../mutation/mutation-plan.ts';
import { type MutantResult, scoreOf, scoreTable, survivorLines } from '../mutation/score.ts';

const mutant = (status: MutantResult['status'], line = 1): MutantResult => ({
  ...{ id: '1', mutatorName: 'BlockStatement', replacement: '{\n}', fileName: 'core/a.ts', status },
  location: { start: { line, column: 2 }, end: { line, column: 3 } },
});

describe('npm run mutation', () => {
  it('with --quick mutates one file and prints its score', () => {
    const out = execFileSync('npm', ['run', '--silent', 'mutation', '--', '--quick'], {
      cwd: resolve(import.meta.dirname, '../..'),
      encoding: 'utf8',
      // Without Vitest's own variables, which would reach the tests of the mutants.
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    });
    const [header, row] = out.trimEnd().split('\n').slice(-2);
    expect(header?.split(/ {2,}/)).toEqual([
      'context',
      'mutants',
      'killed',
      'survived',
      'no coverage',
      'score',
    ]);
    expect(row).toMatch(/^quick\s+10\s+10\s+0\s+0\s+100\.0 %$/);
  });
});

describe('the plan of a context', () => {
  it('mutates its core and its stores, and runs its own tests without those of benches', () => {
    const { files, tests } = planOf('incidents');
    expect(files).toContain('core/incidents/severity.ts');
    expect(files).toContain('adapters/incidents/incident-store.ts');
    expect(tests).toContain('test/adapters/incidents/incident-store.test.ts');
    expect(files.every((file) => /^(core|adapters)\/incidents\//.test(file))).toBe(true);
    expect(tests.every((file) => /^test\/(unit|adapters)\/incidents\/(?!bench)/.test(file))).toBe(true);
  });

  it('can be narrowed to a few files', () => {
    const only = ['core/*/severity.ts'];
    expect(planOf('incidents', { only }).files).toEqual(['core/incidents/severity.ts']);
    const all = planOf('incidents').files;
    expect(planOf('incidents', { every: 5 }).files).toEqual(all.filter((_, i) => i % 5 === 0));
  });

  it('exists for every context that has code', () => {
    expect(contextsWithCode()).toContain('forecasts');
    for (const context of contextsWithCode()) expect(planOf(context).files).not.toEqual([]);
  });
});

describe('the score', () => {
  it('is the share of caught mutants, without those that never ran', () => {
    const results = (['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError'] as const).map(
      (status) => mutant(status),
    );
    expect(scoreOf(results)).toEqual({ mutants: 4, killed: 2, survived: 1, noCoverage: 1, score: 50 });
  });

  it('is unknown without mutants', () => {
    expect(scoreTable([['shared', scoreOf([])]]).split('\n')[1]).toMatch(/^shared +0 +0 +0 +0 +-$/);
  });

  it('lists each mutant that no test caught, on one line', () => {
    expect(survivorLines([mutant('Killed'), mutant('Survived', 7), mutant('NoCoverage', 9)])).toEqual([
      'core/a.ts:7:2  BlockStatement → { }',
      'core/a.ts:9:2  BlockStatement → { }  (no coverage)',
    ]);
  });
});
