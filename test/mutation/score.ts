import type { Stryker } from '@stryker-mutator/core';

export type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

export interface Score {
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  readonly noCoverage: number;
  /** Per cent of the mutants that a test caught; undefined if there were none. */
  readonly score: number | undefined;
}

/** Mutants that failed to load or were ignored do not count. */
export const scoreOf = (results: readonly Pick<MutantResult, 'status'>[]): Score => {
  const count = (...statuses: readonly MutantResult['status'][]) =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  const survived = count('Survived');
  const noCoverage = count('NoCoverage');
  const mutants = killed + survived + noCoverage;
  return {
    mutants,
    killed,
    survived,
    noCoverage,
    score: mutants === 0 ? undefined : (100 * killed) / mutants,
  };
};

const COLUMNS = ['context', 'mutants', 'killed', 'survived', 'no coverage', 'score'] as const;

const cellsOf = (
  name: string,
  { mutants, killed, survived, noCoverage, score }: Score,
): readonly string[] => [
  name,
  ...[mutants, killed, survived, noCoverage].map(String),
  score === undefined ? '-' : `${score.toFixed(1)} %`,
];

/** One line per context, columns aligned. */
export const scoreTable = (rows: readonly (readonly [name: string, score: Score])[]): string => {
  const cells = [[...COLUMNS], ...rows.map(([name, score]) => cellsOf(name, score))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
};

/** `path:line  mutation → replacement` for each mutant that no test caught. */
export const survivorLines = (results: readonly MutantResult[]): readonly string[] =>
  results
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location, mutatorName, replacement = '', status }) => {
      const change = replacement.replaceAll(/\s+/g, ' ').slice(0, 70);
      return `${fileName}:${location.start.line}:${location.start.column}  ${mutatorName} → ${change}${status === 'NoCoverage' ? '  (no coverage)' : ''}`;
    });
