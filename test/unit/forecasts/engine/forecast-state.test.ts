import { describe, expect, it } from 'vitest';
import { forecast, forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import { decodeState, encodeState } from '../../../../core/forecasts/engine/forecast-state.ts';
import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { dailySeries, meanDistance, seriesOf } from './sample-series.ts';

const TOLERANCE = 0.1;
const windowOf = (series: RegularSeries, from: number, length: number): RegularSeries => ({
  start: series.start + from * series.stepSeconds,
  stepSeconds: series.stepSeconds,
  values: series.values.slice(from, from + length),
});

describe('a kept state', () => {
  const whole = dailySeries(2400);
  const first = forecastWithState({ history: windowOf(whole, 0, 2016), horizon: 96 });

  it('does not change the forecast', () => {
    expect(first.forecast).toEqual(forecast({ history: windowOf(whole, 0, 2016), horizon: 96 }));
  });

  it.each([1, 12, 71])(
    'forecasts %i steps later within a tenth of the band of a run from scratch',
    (later) => {
      const request = { history: windowOf(whole, later, 2016), horizon: 96 };
      const kept = forecastWithState(request, decodeState(encodeState(first.state!)));
      const scratch = forecast(request);
      expect(kept.state!.learnedUntil).toBe(first.state!.learnedUntil);
      const band = meanDistance(scratch.quantiles[8]!, scratch.quantiles[0]!);
      kept.forecast.quantiles.forEach((row, l) => {
        expect(meanDistance(row, scratch.quantiles[l]!)).toBeLessThan(TOLERANCE * band);
      });
    },
  );

  it('is re-learned after a quarter of a day', () => {
    const request = { history: windowOf(whole, 72, 2016), horizon: 96 };
    expect(forecastWithState(request, first.state)).toEqual(forecastWithState(request));
  });

  it.each([
    ['another horizon', { history: windowOf(whole, 0, 2016), horizon: 48 }],
    ['a history that ends earlier', { history: windowOf(whole, 0, 2000), horizon: 96 }],
    ['another step', { history: { ...windowOf(whole, 0, 2016), stepSeconds: 600 }, horizon: 96 }],
  ])('does not serve %s', (_, request) => {
    expect(forecastWithState(request, first.state)).toEqual(forecastWithState(request));
  });

  it('survives a change of scale', () => {
    const grown = windowOf(whole, 12, 2016);
    const request = { history: { ...grown, values: grown.values.map((value) => 10 * value) }, horizon: 96 };
    const kept = forecastWithState(request, first.state).forecast;
    expect(kept.quantiles.every((row) => row.every(Number.isFinite))).toBe(true);
  });

  it('stays small', () => {
    expect(encodeState(first.state!).length).toBeLessThan(10_000);
  });

  it('is absent if the history is too short to learn from', () => {
    expect(forecastWithState({ history: seriesOf(3, (i) => i), horizon: 4 }).state).toBeNull();
  });

  it.each(['', '{}', 'null', '{"engine":1}'])('is rejected as %j', (text) => {
    expect(() => decodeState(text)).toThrow(InvalidInputError);
  });
});
