import { describe, expect, it } from 'vitest';
import { forecast, forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import { decodeState, encodeState } from '../../../core/forecasts/engine/forecast-state.ts';
import { DEFAULT_SETTINGS } from '../../../core/forecasts/engine/settings.ts';
import { ensembleBackend, ensembleBackendWith } from '../../../core/forecasts/ensemble-backend.ts';
import { shippedFleetTrees } from '../../../core/forecasts/shipped-fleet-trees.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { describeBackendContract } from './backend-contract.ts';
import { dailySeries, noise, seriesOf } from './engine/sample-series.ts';
import { backendOf, steadyForecaster } from './runs/steady-forecaster.ts';

describeBackendContract(ensembleBackend);
describeBackendContract(ensembleBackendWith(shippedFleetTrees()));
describeBackendContract(backendOf(steadyForecaster));

const simulated = (): readonly RegularSeries[] =>
  [...simulateFleet({ seed: 11, servers: 2, days: 8, stepSeconds: 300, endAt: 1_795_255_500 })].flatMap(
    ({ start, stepSeconds, metrics }) =>
      SIMULATED_METRICS.map((metric) => ({ start, stepSeconds, values: metrics[metric] })),
  );

describe('the ensemble as a backend', () => {
  it('returns exactly the result of the engine called directly', async () => {
    const histories = simulated();
    const results = await ensembleBackend.forecast(
      histories.map((history, i) => ({ itemId: String(i), history, horizon: 96 })),
    );
    expect(results).toHaveLength(histories.length);
    results.forEach((result, i) => {
      const direct = forecastWithState({ history: histories[i]!, horizon: 96 });
      expect(result).toEqual({
        itemId: String(i),
        start: 'scratch',
        forecast: direct.forecast,
        state: encodeState(direct.state!),
      });
    });
  });

  it('returns exactly the result of the engine resumed directly', async () => {
    const [history] = simulated();
    const earlier = { ...history!, values: history!.values.slice(0, -12) };
    const { state } = forecastWithState({ history: earlier, horizon: 96 });
    const text = encodeState(state!);
    const asked = { history: history!, horizon: 96, bounds: { lower: 0, upper: 100 } };
    const [result] = await ensembleBackend.forecast([{ itemId: 'one', ...asked, state: text }]);
    const direct = forecastWithState(asked, decodeState(text));
    expect(result).toEqual({ itemId: 'one', start: 'resumed', forecast: direct.forecast, state: text });
  });

  it('corrects short histories by the given trees', async () => {
    const asked = { history: seriesOf(100, (i) => 50 + 9 * noise(i)), horizon: 96 };
    const [result] = await ensembleBackendWith(shippedFleetTrees()).forecast([{ itemId: 'one', ...asked }]);
    const direct = forecastWithState(asked, null, DEFAULT_SETTINGS, shippedFleetTrees());
    expect(result).toMatchObject({ forecast: direct.forecast });
    expect(direct.forecast.model).toContain(`fleet-trees-${shippedFleetTrees().id}`);
  });

  it('learns from scratch if the state is out of date', async () => {
    const history = dailySeries(600);
    const { state } = forecastWithState({ history, horizon: 48 });
    const text = encodeState(state!);
    const [result] = await ensembleBackend.forecast([{ itemId: 'one', history, horizon: 96, state: text }]);
    expect(result).toMatchObject({ start: 'scratch', forecast: forecast({ history, horizon: 96 }) });
    expect(result).not.toMatchObject({ state: text });
  });

  it('returns no state for a history that is too short to learn from', async () => {
    const [result] = await ensembleBackend.forecast([
      { itemId: 'one', history: seriesOf(3, (i) => i), horizon: 4 },
    ]);
    expect(result).toMatchObject({ start: 'scratch' });
    expect(result).not.toHaveProperty('state');
  });

  it('reports a programming error as the failure of its series', async () => {
    const broken = { itemId: 'broken', history: null as unknown as RegularSeries, horizon: 4 };
    const good = { itemId: 'good', history: seriesOf(20, (i) => i), horizon: 4 };
    const [failed, made] = await ensembleBackend.forecast([broken, good]);
    expect(failed).toEqual({ itemId: 'broken', error: expect.any(TypeError) });
    expect(made).toMatchObject({ itemId: 'good', forecast: { horizon: 4 } });
  });

  it('names the state that could not be read', async () => {
    const asked = { itemId: 'one', history: dailySeries(600), horizon: 96 };
    const [result] = await ensembleBackend.forecast([{ ...asked, state: '{"engine":"ensemble-1.0.0"}' }]);
    expect(result).toMatchObject({ start: 'unreadable', state: expect.any(String) });
  });
});
