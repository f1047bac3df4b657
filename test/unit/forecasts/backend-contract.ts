import { describe, expect, it } from 'vitest';
import type { BackendForecast, BackendRequest, ForecastBackend } from '../../../core/forecasts/ports.ts';
import { ForestallError } from '../../../core/shared/errors.ts';
import { dailySeries, seriesOf } from './engine/sample-series.ts';

const requests: readonly BackendRequest[] = [
  { itemId: 'web-1/cpu', history: dailySeries(600), horizon: 96 },
  {
    itemId: 'web-1/mem',
    history: seriesOf(600, (i) => 40 + (i % 7)),
    horizon: 12,
    quantileLevels: [0.1, 0.5],
  },
  { itemId: 'web-2/cpu', history: dailySeries(600), horizon: 96, bounds: { lower: 0, upper: 55 } },
  { itemId: 'young', history: seriesOf(3, (i) => i), horizon: 4 },
  { itemId: 'holes', history: seriesOf(600, (i) => (i % 3 === 0 ? Number.NaN : i % 12)), horizon: 24 },
  { itemId: 'huge', history: seriesOf(300, (i) => 1e300 * (1 + (i % 5))), horizon: 8 },
];
const bad: BackendRequest = { itemId: 'empty', history: seriesOf(10, () => Number.NaN), horizon: 4 };

const forecastsOf = async (backend: ForecastBackend, asked: readonly BackendRequest[]) =>
  (await backend.forecast(asked)).map((result): BackendForecast => {
    if ('error' in result) throw result.error;
    return result;
  });

/** The contract that the pipeline, the command line and the bench rely on, for every forecast backend. */
export const describeBackendContract = (backend: ForecastBackend): void => {
  describe(`the contract of a forecast backend: ${backend.name}`, () => {
    it('answers each request once, in order', async () => {
      const results = await backend.forecast([...requests, bad]);
      expect(results.map(({ itemId }) => itemId)).toEqual([...requests, bad].map(({ itemId }) => itemId));
    });

    it('answers no request with no result', async () => {
      expect(await backend.forecast([])).toEqual([]);
    });

    it('starts one step after the history, with the horizon and the levels asked for', async () => {
      for (const [i, { forecast }] of (await forecastsOf(backend, requests)).entries()) {
        const { history, horizon, quantileLevels } = requests[i]!;
        expect(forecast.start).toBe(history.start + history.values.length * history.stepSeconds);
        expect(forecast.stepSeconds).toBe(history.stepSeconds);
        expect(forecast.horizon).toBe(horizon);
        if (quantileLevels !== undefined) expect(forecast.quantileLevels).toEqual(quantileLevels);
        expect(forecast.quantiles.map(({ length }) => length)).toEqual(
          forecast.quantileLevels.map(() => horizon),
        );
        expect(forecast.mean).toHaveLength(horizon);
      }
    });

    it('gives finite quantiles in order, within the bounds', async () => {
      for (const [i, { forecast }] of (await forecastsOf(backend, requests)).entries()) {
        const { bounds } = requests[i]!;
        forecast.quantiles.forEach((row, l) => {
          row.forEach((value, h) => {
            expect(Number.isFinite(value)).toBe(true);
            if (l > 0) expect(value).toBeGreaterThanOrEqual(forecast.quantiles[l - 1]![h]!);
            if (bounds?.upper !== undefined) expect(value).toBeLessThanOrEqual(bounds.upper);
            if (bounds?.lower !== undefined) expect(value).toBeGreaterThanOrEqual(bounds.lower);
          });
        });
        expect(forecast.mean.every(Number.isFinite)).toBe(true);
      }
    });

    it('names its model and gives a reason', async () => {
      for (const { forecast } of await forecastsOf(backend, requests)) {
        expect(forecast.model).not.toBe('');
        expect(forecast.reason).not.toBe('');
      }
    });

    it('fails a bad series alone, with an error of the domain', async () => {
      const [before, failed, after] = await backend.forecast([requests[0]!, bad, requests[2]!]);
      expect(failed).toEqual({ itemId: 'empty', error: expect.any(ForestallError) });
      expect([before, after]).toEqual(await backend.forecast([requests[0]!, requests[2]!]));
    });

    it('forecasts a series alone as it does among others', async () => {
      const [alone] = await backend.forecast([requests[1]!]);
      const [, among] = await backend.forecast(requests);
      expect(alone).toEqual(among);
    });

    it('resumes from the state that it returned, and returns it unchanged', async () => {
      const [first] = await forecastsOf(backend, [requests[0]!]);
      const state = first!.state;
      if (state === undefined) return;
      expect(first!.start).toBe('scratch');
      const [next] = await forecastsOf(backend, [{ ...requests[0]!, state }]);
      expect(next).toMatchObject({ start: 'resumed', state });
    });

    it('forecasts from scratch if it cannot read the state', async () => {
      const [fresh] = await forecastsOf(backend, [requests[0]!]);
      const [recovered] = await forecastsOf(backend, [{ ...requests[0]!, state: 'of another backend' }]);
      expect(recovered?.start).not.toBe('resumed');
      expect(recovered?.forecast).toEqual(fresh?.forecast);
    });
  });
};
