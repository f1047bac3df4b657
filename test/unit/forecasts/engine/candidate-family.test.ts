import { describe, expect, it } from 'vitest';
import { candidateFamily } from '../../../../core/forecasts/engine/candidate-family.ts';
import { viewSeries } from '../../../../core/forecasts/engine/series/series-view.ts';

const namesOf = (n: number, period: number, others: readonly number[] = []) => {
  const values = Float64Array.from({ length: n }, (_, i) => Math.sin(i) + (i % period));
  const view = viewSeries({ start: 0, stepSeconds: 3600, values }, period, () => others);
  return candidateFamily(view, Int32Array.of(1, 4, 8)).map(({ name }) => name);
};
const LOCAL = ['last', 'mean-24', 'median-2', 'median-4', 'recent-2', 'recent-4', 'recent-12', 'recent-24'];
const daily = (order: number) => [
  ...[`score-smoothed-24-0.3+ar-${order}`, 'score-smoothed-24-0.3+shift-2', 'score-smoothed-24-0.3+shift-12'],
  ...['score-direct', 'naive-24', 'naive-24+shift-2', 'median-24-1', 'smoothed-24-0.3'],
  ...[`median-24-1+ar-${order}`, `smoothed-24-0.3+ar-${order}`, 'phase-24'],
];

describe('the candidates for a series', () => {
  it('are local ones until two seasons are known', () => {
    expect(namesOf(47, 24)).toEqual([...LOCAL, 'recent-47', 'score-ar-2']);
    expect(namesOf(48, 24)).toEqual([...LOCAL, 'recent-48', 'score-ar-3', ...daily(3)]);
  });

  it('have at least 16 points per coefficient, and at most 24 or 96 coefficients', () => {
    expect(namesOf(400, 24)).toEqual([...LOCAL, 'recent-400', 'score-ar-25', ...daily(24)]);
    expect(namesOf(2000, 24)).toContain('score-ar-96');
  });

  it('include a longer season once two of it are known', () => {
    const weekly = [
      'naive-168',
      'median-168-0',
      'median-168-0+shift-12',
      'median-168-0+ar-24',
      'naive-168+ar-24',
    ];
    expect(namesOf(400, 24, [168]).slice(-5)).toEqual(weekly);
    expect(namesOf(336, 24, [168])).toContain('naive-168');
    expect(namesOf(335, 24, [168])).not.toContain('naive-168');
  });

  it('include the median of a shorter season only', () => {
    expect(namesOf(400, 24, [6])).toEqual([...namesOf(400, 24), 'median-6-0']);
  });

  it('keep their windows from vanishing with few steps a season, and widen them with many', () => {
    expect(namesOf(30, 7)).toEqual(
      expect.arrayContaining([
        'median-2',
        'median-4',
        'recent-6',
        'median-7-0',
        'score-smoothed-7-0.3+shift-1',
      ]),
    );
    expect(namesOf(2000, 288)).toEqual(
      expect.arrayContaining(['median-12', 'median-36', 'recent-144', 'median-288-1', 'naive-288+shift-24']),
    );
  });
});
