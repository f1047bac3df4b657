import { describe, expect, it } from 'vitest';
import { forecast, forecastWith, forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_SETTINGS } from '../../../../core/forecasts/engine/settings.ts';
import { DAY, weekOf } from './continuation/ramp-series.ts';

const HORIZON = 96;
const START = 1_790_000_100;
const request = (values: Float64Array, at = 0) => ({
  history: { start: START + at * 300, stepSeconds: 300, values },
  horizon: HORIZON,
});
const shifted = (hours: number) => weekOf((hour) => (hour > -hours ? 60 : 40), 2);
const middleOf = ({ quantiles }: Forecast) => quantiles[4]!;

describe('a forecast after a level shift', () => {
  it('stays at the new level an hour later, where the ensemble alone returns', () => {
    const made = forecast(request(shifted(1)));
    for (const value of middleOf(made)) expect(value).toBeCloseTo(60, -0.5);
    const alone = forecastWith(request(shifted(1)), { ...DEFAULT_SETTINGS, adaptation: false });
    expect(Math.min(...middleOf(alone))).toBeLessThan(50);
  });

  it('says so', () => {
    const { reason, members } = forecast(request(shifted(5)));
    expect(reason).toMatch(
      /^up by (19|20)(\.\d+)? since 2026-09-28T09:15Z, which lasts with a probability of 0\.\d\d; /,
    );
    expect(members[0]!.name).toBe('level-shift');
    expect(members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it('keeps its quantiles in order, and both levels in the band if it is in doubt', () => {
    const doubtful = weekOf((hour) => (hour > -2 ? 45 : 40), 6);
    const { quantiles } = forecast(request(doubtful));
    for (let l = 1; l < quantiles.length; l++) {
      for (let h = 0; h < HORIZON; h++)
        expect(quantiles[l]![h]!).toBeGreaterThanOrEqual(quantiles[l - 1]![h]!);
    }
    expect(quantiles.at(-1)![48]!).toBeGreaterThan(45);
  });

  it('adapts from a stored state as well', () => {
    const values = shifted(1);
    const { state } = forecastWithState(request(values.subarray(0, -12), 12));
    const resumed = forecastWithState(request(values), state);
    expect(resumed.state).toBe(state);
    for (const value of middleOf(resumed.forecast)) expect(value).toBeCloseTo(60, -0.5);
  });
});

describe('a forecast after a clock change', () => {
  const office = weekOf(
    (hour) => {
      const local = hour - (hour > -72 ? 1 : 0);
      const inDay = ((local % 24) + 24) % 24;
      return inDay >= 3 && inDay < 12 ? 55 : 10;
    },
    4,
    14,
  );

  it('follows the new clock, and says so', () => {
    const made = forecast(request(office));
    expect(made.reason).toMatch(/^the daily pattern has moved by an hour since about 2026-/);
    expect(middleOf(made)[3 * 12 + 6]!).toBeLessThan(20);
    expect(middleOf(made)[4 * 12 + 6]!).toBeGreaterThan(45);
    expect(office).toHaveLength(14 * DAY);
  });
});
