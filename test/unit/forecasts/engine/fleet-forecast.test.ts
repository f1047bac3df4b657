import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION, forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import { decodeFleetTrees } from '../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import type { ForecastRequest } from '../../../../core/forecasts/engine/forecast.ts';
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { DEFAULT_SETTINGS } from '../../../../core/forecasts/engine/settings.ts';
import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { encodeTrees, leafTree } from './fleet/tree-writer.ts';
import { dailySeries, noise, seriesOf } from './sample-series.ts';

/** Raises every quantile by the width of the band. */
const TREES = decodeFleetTrees(encodeTrees({ levels: POOL_LEVELS.map(() => [leafTree(1)]) }));

const run = (
  history: RegularSeries,
  more: Partial<ForecastRequest> = {},
  fleet: typeof TREES | null = TREES,
) => forecastWithState({ history, horizon: 96, ...more }, null, DEFAULT_SETTINGS, fleet);
const forecastOf = (...given: Parameters<typeof run>) => run(...given).forecast;
const last = ({ quantiles }: ReturnType<typeof forecastOf>) => quantiles[4]!.at(-1)!;

const noisy = (length: number, factor = 1) => seriesOf(length, (i) => factor * (5 + noise(i)));

describe('forecasts with a fleet model', () => {
  it('come from its trees while the history is short, and say so', () => {
    const [plain, corrected] = [forecastOf(noisy(100), {}, null), forecastOf(noisy(100))];
    expect(last(corrected)).toBeGreaterThan(last(plain));
    expect(plain.model).toBe(ENGINE_VERSION);
    expect(corrected.model).toBe(`${ENGINE_VERSION}+fleet-trees-${TREES.id}`);
    expect(corrected.members[0]).toEqual({ name: 'fleet-trees', weight: 1 });
    expect(corrected.reason).toBe(
      `the history is short, so a model of other servers corrects the forecast with a weight of 1.00; ${plain.reason}`,
    );
  });

  it('are those of the ensemble, to the last digit, with three days of history', () => {
    const history = dailySeries(864);
    expect(run(history)).toEqual(run(history, {}, null));
  });

  it('fade out between two and three days', () => {
    const raised = (points: number) =>
      last(forecastOf(noisy(points))) - last(forecastOf(noisy(points), {}, null));
    const [before, early, late, after] = [560, 640, 800, 870].map(raised);
    expect(before!).toBeGreaterThan(early!);
    expect(early!).toBeGreaterThan(late!);
    expect(late!).toBeGreaterThan(0);
    expect(after).toBe(0);
    const faded = forecastOf(noisy(720));
    expect(faded.members.find(({ name }) => name === 'fleet-trees')?.weight).toBeCloseTo(0.5, 10);
    expect(faded.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 10);
    expect(faded.reason).toContain('with a weight of 0.50');
  });

  it.each([
    ['too few points for a backtest', noisy(7)],
    ['a history that never varies', seriesOf(100, () => 3)],
    ['hourly values', seriesOf(40, (i) => noise(i), 3600)],
  ])('are those of the engine alone with %s', (_, history) => {
    expect(run(history)).toEqual(run(history, {}, null));
  });

  it('keep the bounds of the metric and the order of the levels, and are finite', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 8, maxLength: 60 }),
        (values) => {
          const history = { start: 0, stepSeconds: 300, values: Float64Array.from(values) };
          const { quantiles } = forecastOf(history, { horizon: 12, bounds: { lower: 0, upper: 100 } });
          quantiles.forEach((row, l) => {
            row.forEach((value, h) => {
              expect(value).toBeGreaterThanOrEqual(l === 0 ? 0 : quantiles[l - 1]![h]!);
              expect(value).toBeLessThanOrEqual(100);
            });
          });
        },
      ),
    );
  });

  it('follow the unit of the metric', () => {
    const [own, larger] = [forecastOf(noisy(100)), forecastOf(noisy(100, 1024))];
    own.quantiles.forEach((row, l) => {
      row.forEach((value, h) => {
        expect(larger.quantiles[l]![h]! / 1024).toBeCloseTo(value, 6);
      });
    });
  });

  it('still continue a present ramp, with the trees instead of the ensemble as the alternative', () => {
    const ramp = seriesOf(200, (i) => 20 + (i < 120 ? 0 : (i - 120) * 0.5) + noise(i));
    const { ramp: found, members, reason } = forecastOf(ramp);
    expect(found).toBeDefined();
    expect(members.map(({ name }) => name)).toEqual(expect.arrayContaining(['continuation', 'fleet-trees']));
    expect(reason).toContain('otherwise the history is short');
  });

  it('resume from a state as those of the ensemble do', () => {
    const history = noisy(100);
    const { state } = run(history);
    const resumed = forecastWithState({ history, horizon: 96 }, state, DEFAULT_SETTINGS, TREES);
    expect(resumed.state).toBe(state);
    expect(resumed.forecast).toEqual(forecastOf(history));
  });
});
