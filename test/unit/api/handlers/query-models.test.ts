import { describe, expect, it } from 'vitest';
import { ModelPerformances } from '../../../../core/models/api/performance.ts';
import { addRun, emptyDay } from '../../../../core/models/scoring/add-scores.ts';
import { NotFoundError } from '../../../../core/platform/api/errors.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { modelQueries } from '../../../../functions/api/query-api/model-queries.ts';
import { memoryScores } from '../../../fakes/models.ts';
import { callRoute } from '../../../fixtures/http-routes.ts';
import { sampleRow } from '../../models/scoring/sample-scores.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z') / 1000;
const DAYS = ['2026-10-20', '2026-11-28', '2026-11-30'];

const setup = async () => {
  const { files } = memoryScores();
  for (const [i, day] of DAYS.entries()) {
    const scoredRunId = `${day}T10-05-00Z-abcd`;
    const rows = [
      sampleRow(i),
      sampleRow(i, { metric: 'memory', profile: 'database' }),
      ...(day === '2026-11-30'
        ? [sampleRow(i, { model: 'ensemble-1.2.0' }), sampleRow(i, { model: 'trees-1.0.0' })]
        : []),
    ];
    await files.replaceDay('acme', addRun(emptyDay(day), scoredRunId, { rows, series: [] }), undefined);
  }
  const { getModelPerformance } = modelQueries({ scores: files });
  return async (modelId: string, query: object = {}) =>
    ModelPerformances.parse(await callRoute(getModelPerformance, { params: { modelId }, query }, NOW)).items;
};

describe('GET /v1/models/{modelId}/performance', () => {
  it('shows each version of a kind over the last four weeks, by metric and from day to day', async () => {
    const ask = await setup();
    const items = await ask('ensemble');
    expect(items.map(({ model, total }) => [model, total.all.forecasts])).toEqual([
      ['ensemble-1.1.0', 4],
      ['ensemble-1.2.0', 1],
    ]);
    const [first] = items;
    expect(first!.metrics.map(({ metric, all }) => [metric, all.forecasts])).toEqual([
      ['cpu_percent', 2],
      ['memory', 2],
    ]);
    expect(first!.days.map(({ day, forecasts }) => [day, forecasts])).toEqual([
      ['2026-11-28', 2],
      ['2026-11-30', 2],
    ]);
    expect(first!.total.byAge.map(({ age }) => age)).toEqual(['up to 1 h', '1 to 4 h', 'over 4 h']);
    expect(first!.total.breaches.cases).toBe(4);
    expect(first!.trend).toMatchObject({ worsens: false, days: 0 });
  });

  it('shows the weighted loss of single metrics only', async () => {
    const [first] = await (await setup())('ensemble-1.1.0');
    expect(first!.total.all.weightedQuantileLoss).toBeNull();
    expect(first!.metrics[0]!.all.weightedQuantileLoss).toBeGreaterThan(0);
  });

  it('shows one version, metric or profile, and other days, if asked', async () => {
    const ask = await setup();
    expect((await ask('ensemble-1.2.0')).map(({ model }) => model)).toEqual(['ensemble-1.2.0']);
    const [memory] = await ask('ensemble-1.1.0', { metric: 'memory' });
    expect(memory!.metrics.map(({ metric }) => metric)).toEqual(['memory']);
    const [web] = await ask('ensemble-1.1.0', { profile: 'web' });
    expect(web!.metrics.map(({ metric }) => metric)).toEqual(['cpu_percent']);
    const [older] = await ask('ensemble', { from: '2026-10-20T00:00:00Z', to: '2026-11-28T00:00:00Z' });
    expect(older!.days.map(({ day }) => day)).toEqual(['2026-10-20', '2026-11-28']);
  });

  it('says that nothing was scored, and which times it refuses', async () => {
    const ask = await setup();
    await expect(ask('ensemble-9.9.9')).rejects.toThrow(NotFoundError);
    await expect(ask('ens')).rejects.toThrow(
      /No forecasts of ens were scored in this time: only those of scheduled runs are, nine hours after/,
    );
    await expect(
      ask('ensemble', { from: '2026-11-30T00:00:00Z', to: '2026-11-29T00:00:00Z' }),
    ).rejects.toThrow(InvalidInputError);
    await expect(ask('ensemble', { from: '2026-01-01T00:00:00Z' })).rejects.toThrow(/more than 92 days/);
  });

  it('reads few days at once, and adds them up before it reads more', async () => {
    const day = (date: string) =>
      addRun(emptyDay(date), `${date}T10-05-00Z-abcd`, { rows: [sampleRow(1)], series: [] });
    const alive = { now: 0, most: 0 };
    const readDay = async (_: string, date: string) => {
      alive.most = Math.max(alive.most, ++alive.now);
      const { rows, ...scores } = day(date);
      // Counted as in memory until its rows are added.
      return {
        scores: {
          ...scores,
          get rows() {
            alive.now--;
            return rows;
          },
        },
        version: '1',
      };
    };
    const { getModelPerformance } = modelQueries({ scores: { readDay } });
    const query = { from: '2026-09-01T00:00:00Z' };
    const [item] = ModelPerformances.parse(
      await callRoute(getModelPerformance, { params: { modelId: 'ensemble' }, query }, NOW),
    ).items;
    expect(item!.days).toHaveLength(91);
    expect(item!.total.all.forecasts).toBe(91);
    expect(alive).toEqual({ now: 0, most: 5 });
  });

  it('lists a hundred metrics, those with the most forecasts, and says how many more there are', async () => {
    const { files } = memoryScores();
    const rows = Array.from({ length: 103 }, (_, i) => sampleRow(1, { metric: `m-${i}` }));
    const scoredRunId = '2026-11-30T10-05-00Z-abcd';
    const day = addRun(emptyDay('2026-11-30'), scoredRunId, {
      rows: [...rows, rows[102]!],
      series: [],
    });
    await files.replaceDay('acme', day, undefined);
    const { getModelPerformance } = modelQueries({ scores: files });
    const [item] = ModelPerformances.parse(
      await callRoute(getModelPerformance, { params: { modelId: 'ensemble' }, query: {} }, NOW),
    ).items;
    expect([item!.metrics.length, item!.metricsOmitted]).toEqual([100, 3]);
    expect(item!.metrics[0]!.metric).toBe('m-102');
  });
});
