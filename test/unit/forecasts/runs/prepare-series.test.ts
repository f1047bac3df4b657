import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import {
  FINEST_STEP_SECONDS,
  forecastFrom,
  prepareSeries,
} from '../../../../core/forecasts/runs/prepare-series.ts';
import { HORIZON_SECONDS } from '../../../../core/forecasts/target-forecast.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { pointsUpTo, steadyForecaster } from './steady-forecaster.ts';

const NOW = 1_795_255_500;
const flat = (count: number) => Array.from({ length: count }, () => 5);

describe('preparing a series', () => {
  it('requests 96 steps of five minutes if the series is up to date', () => {
    const prepared = prepareSeries(pointsUpTo(NOW - 180, 300, flat(50)), 'gauge', NOW);
    expect(prepared).toMatchObject({ horizon: 96, elapsed: 0, history: { stepSeconds: 300 } });
  });

  it('averages finer steps to five minutes', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? 10 : 0));
    const { history } = prepareSeries(pointsUpTo(NOW, 60, values), 'gauge', NOW);
    expect(history.stepSeconds).toBe(FINEST_STEP_SECONDS);
    expect([...history.values.subarray(1, -1)].every((value) => value === 2)).toBe(true);
  });

  it('keeps coarser steps and covers eight hours with them', () => {
    expect(prepareSeries(pointsUpTo(NOW, 3600, flat(50)), 'gauge', NOW)).toMatchObject({ horizon: 8 });
    expect(prepareSeries(pointsUpTo(NOW - 70_000, 86_400, flat(20)), 'gauge', NOW)).toMatchObject({
      horizon: 1,
      elapsed: 0,
    });
  });

  it('always leaves eight hours of steps from now on, and returns the number of steps before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -600, max: HORIZON_SECONDS }),
        fc.constantFrom(300, 600, 3600),
        (age, step) => {
          const { history, horizon, elapsed } = prepareSeries(
            pointsUpTo(NOW - age, step, flat(30)),
            'gauge',
            NOW,
          );
          const lastAt = history.start + (history.values.length - 1) * step;
          expect(horizon - elapsed).toBe(Math.ceil(HORIZON_SECONDS / step));
          expect(lastAt + (elapsed + 1) * step).toBeGreaterThanOrEqual(NOW - step);
          if (elapsed > 0) expect(lastAt + elapsed * step).toBeLessThan(NOW);
        },
      ),
    );
  });

  it('rejects a series that has been silent for longer than the horizon, with the time of its last value', () => {
    const silent = pointsUpTo(NOW - HORIZON_SECONDS - 1, 300, flat(30));
    expect(() => prepareSeries(silent, 'gauge', NOW)).toThrow(/no data since 2026-/);
  });

  it('rejects a series without usable values', () => {
    const empty = { timestamps: [NOW], values: [Number.NaN] };
    expect(() => prepareSeries(empty, 'gauge', NOW)).toThrow(InvalidInputError);
  });
});

describe('the part of a forecast that is still ahead', () => {
  it('starts later and is shorter by the steps that have passed', () => {
    const { history } = prepareSeries(pointsUpTo(NOW, 300, flat(20)), 'gauge', NOW);
    const whole = steadyForecaster({ history, horizon: 100 });
    expect(forecastFrom(whole, 0)).toBe(whole);
    const ahead = forecastFrom(whole, 4);
    expect(ahead).toMatchObject({ start: whole.start + 1200, horizon: 96 });
    expect([ahead.mean.length, ...ahead.quantiles.map((row) => row.length)]).toEqual(Array(10).fill(96));
  });

  it('shortens the continuation of a ramp by the same steps', () => {
    const values = Array.from({ length: 2016 }, (_, i) => 40 + Math.max(0, i - 1956) + (i % 3) / 10);
    const { history } = prepareSeries(pointsUpTo(NOW, 300, values), 'gauge', NOW);
    const whole = forecast({ history, horizon: 100 });
    const { centre, fan } = whole.ramp!.continuation;
    expect(forecastFrom(whole, 4).ramp).toEqual({
      ...whole.ramp,
      continuation: { ...whole.ramp!.continuation, centre: centre.slice(4), fan: fan.slice(4) },
    });
  });
});
