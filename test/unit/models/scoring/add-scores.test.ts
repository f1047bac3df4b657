import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { performanceFigures } from '../../../../core/models/performance/performance-figures.ts';
import { addRun, addScores, emptyDay, OTHER_METRICS } from '../../../../core/models/scoring/add-scores.ts';
import { sampleLoss, sampleRow, sampleScores } from './sample-scores.ts';

const runs = ['2026-11-30T10-05-00Z-aaaa', '2026-11-30T11-05-00Z-bbbb', '2026-11-30T12-05-00Z-cccc'];
const forecastsOf = (day: ReturnType<typeof emptyDay>): number =>
  day.rows.reduce((total, { sums }) => total + performanceFigures(sums).all.forecasts, 0);

describe('the scores of a day', () => {
  it('have each run once, in whatever order and however often runs end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...runs), { maxLength: 8 }), (ended) => {
        const day = ended.reduce(
          (before, id) => addRun(before, id, sampleScores(id)),
          emptyDay('2026-11-30'),
        );
        const distinct = new Set(ended).size;
        expect(day.runs).toEqual([...new Set(ended)].sort());
        expect(forecastsOf(day)).toBe(2 * distinct);
        expect(day.series.map(({ steps, loss }) => [steps, loss])).toEqual(
          distinct === 0 ? [] : [0, 1].map(() => [96 * distinct, 48 * distinct]),
        );
      }),
    );
  });

  it('are unchanged, and need no writing, if they have the run already', () => {
    const day = addRun(emptyDay('2026-11-30'), runs[0]!, sampleScores(runs[0]!));
    expect(addRun(day, runs[0]!, sampleScores(runs[0]!))).toBe(day);
  });

  it('add up the batches of a run by profile, metric and model, and series by target and metric', () => {
    const rows = [sampleRow(1), sampleRow(2), sampleRow(3, { model: 'trees-1.0.0' })];
    const series = [sampleLoss('web-1'), sampleLoss('web-1', { metric: 'memory' }), sampleLoss('web-1')];
    const sums = addScores([
      { rows, series },
      { rows: rows.slice(0, 1), series: [] },
    ]);
    expect(sums.rows.map((row) => [row.model, performanceFigures(row.sums).all.forecasts])).toEqual([
      ['ensemble-1.1.0', 3],
      ['trees-1.0.0', 1],
    ]);
    expect(sums.series.map(({ metric, loss }) => [metric, loss])).toEqual([
      ['cpu_percent', 96],
      ['memory', 48],
    ]);
  });

  it('sum up the metrics of a tenant that has too many to keep apart', () => {
    const rows = Array.from({ length: 1005 }, (_, i) => sampleRow(1, { metric: `m-${i}` }));
    const series = Array.from({ length: 20_010 }, (_, i) => sampleLoss(`t-${i}`));
    const sums = addScores([{ rows, series }]);
    expect(sums.rows).toHaveLength(1001);
    expect(sums.rows.at(-1)?.metric).toBe(OTHER_METRICS);
    expect(performanceFigures(sums.rows.at(-1)!.sums).all.forecasts).toBe(5);
    expect(sums.series).toHaveLength(20_000);
  });
});
