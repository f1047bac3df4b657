import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION, forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { dailySeries, meanDistance, noise, seriesOf } from './sample-series.ts';

const median = ({ quantiles }: Forecast): Float64Array => quantiles[4]!;
const width = ({ quantiles }: Forecast, h: number): number => quantiles[8]![h]! - quantiles[0]![h]!;

describe('forecast of typical histories', () => {
  it('continues a constant exactly, with no band', () => {
    const made = forecast({ history: seriesOf(600, () => 7), horizon: 96 });
    expect(median(made).every((value) => value === 7)).toBe(true);
    expect(width(made, 95)).toBe(0);
  });

  it('continues zeros as zeros', () => {
    const made = forecast({ history: seriesOf(600, () => 0), horizon: 96 });
    expect(made.quantiles.every((row) => row.every((value) => value === 0))).toBe(true);
  });

  it.each([60, 300, 900, 3600])('follows a daily season at a step of %i s', (stepSeconds) => {
    const day = 86_400 / stepSeconds;
    const history = dailySeries(7 * day, stepSeconds);
    const made = forecast({ history, horizon: day / 2 });
    const truth = Array.from(
      { length: day / 2 },
      (_, h) => 50 + 20 * Math.sin((2 * Math.PI * (7 * day + h) * stepSeconds) / 86_400),
    );
    expect(meanDistance(median(made), truth)).toBeLessThan(1.5);
  });

  it('follows a weekly season of daily values', () => {
    const load = (i: number) => (i % 7 < 5 ? 100 : 20) + noise(i);
    const made = forecast({ history: seriesOf(70, load, 86_400), horizon: 14 });
    expect(
      meanDistance(
        median(made),
        Array.from({ length: 14 }, (_, h) => load(70 + h)),
      ),
    ).toBeLessThan(3);
  });

  it('covers about 80 % of white noise with its 80 % interval', () => {
    const history = seriesOf(2016, (i) => 50 + 10 * noise(i));
    const made = forecast({ history, horizon: 96 });
    const inside = Array.from({ length: 96 }, (_, h) => 50 + 10 * noise(2016 + h)).filter(
      (y, h) => y >= made.quantiles[0]![h]! && y <= made.quantiles[8]![h]!,
    );
    expect(inside.length / 96).toBeGreaterThan(0.65);
    expect(inside.length / 96).toBeLessThan(0.95);
  });

  it('stays at the new level after a shift a day ago', () => {
    const history = seriesOf(2016, (i) => (i < 1728 ? 20 : 60) + noise(i));
    expect(
      meanDistance(median(forecast({ history, horizon: 96 })), new Float64Array(96).fill(60)),
    ).toBeLessThan(3);
  });

  it('expects the spikes of a job that runs every 12 steps', () => {
    const load = (i: number) => (i % 12 === 0 ? 90 : 10);
    const made = forecast({ history: seriesOf(2016, load), horizon: 48 });
    expect(
      meanDistance(
        median(made),
        Array.from({ length: 48 }, (_, h) => load(2016 + h)),
      ),
    ).toBeLessThan(4);
  });

  it('bridges missing values', () => {
    const whole = dailySeries();
    const values = whole.values.map((value, i) =>
      i % 5 === 0 || (i > 900 && i < 1000) ? Number.NaN : value,
    );
    const [holed, full] = [{ ...whole, values }, whole].map((history) => forecast({ history, horizon: 96 }));
    expect(meanDistance(median(holed!), median(full!))).toBeLessThan(2);
  });

  it('warns if most of the history is missing', () => {
    const history = seriesOf(600, (i) => (i % 4 === 0 ? i % 24 : Number.NaN), 3600);
    expect(forecast({ history, horizon: 24 }).warnings.join()).toContain('450 of 600 steps are missing');
  });

  it.each([1e12, 1e-12, -1e9])('works at a scale of %d', (scale) => {
    const base = dailySeries();
    const history = { ...base, values: base.values.map((value) => value * scale) };
    expect(
      meanDistance(median(forecast({ history, horizon: 48 })), new Float64Array(48)) / Math.abs(scale),
    ).toBeGreaterThan(40);
  });

  it('is never negative if the history never was', () => {
    const history = seriesOf(600, (i) => Math.max(0, 5 * noise(i)));
    expect(forecast({ history, horizon: 96 }).quantiles[0]!.every((value) => value >= 0)).toBe(true);
  });

  it('gives two points a wide band and reports that it is a prior', () => {
    const made = forecast({ history: seriesOf(2, (i) => 10 + i), horizon: 12 });
    expect(width(made, 0)).toBeGreaterThan(5);
    expect(width(made, 11)).toBeGreaterThan(width(made, 0));
    expect(made.warnings.join()).toContain('only 2 observed points');
    expect(made.members).toEqual([{ name: 'prior', weight: 1 }]);
  });

  it('forecasts thirty days from seven, wider than it could test, with a warning', () => {
    const made = forecast({ history: dailySeries(168, 3600), horizon: 720 });
    expect(made.warnings.join()).toContain('could not be tested');
    expect(width(made, 719)).toBeGreaterThan(width(made, 71));
  });
});

describe('contents of a forecast', () => {
  const made = forecast({ history: dailySeries(), horizon: 96 });

  it('starts one step after the history', () => {
    expect(made.start).toBe(1_700_000_100 + 2016 * 300);
    expect(made).toMatchObject({ stepSeconds: 300, horizon: 96, model: ENGINE_VERSION });
    expect(made.quantileLevels).toEqual(DEFAULT_QUANTILE_LEVELS);
  });

  it('names its members, largest first, with weights that sum to one', () => {
    const weights = made.members.map((member) => member.weight);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(made.reason).toContain(made.members[0]!.name);
  });

  it('gives the same result twice', () => {
    expect(forecast({ history: dailySeries(), horizon: 96 })).toEqual(made);
  });

  it('returns the requested levels in the requested order', () => {
    const asked = forecast({ history: dailySeries(), horizon: 96, quantileLevels: [0.9, 0.5, 0.02] });
    expect(asked.quantiles[1]).toEqual(made.quantiles[4]);
    expect(asked.quantiles[0]).toEqual(made.quantiles[8]);
    expect(asked.quantiles[2]![0]).toBeLessThan(made.quantiles[0]![0]!);
  });
});

describe('an invalid request', () => {
  const history = seriesOf(20, (i) => i);

  it.each([
    ['no value', { history: seriesOf(5, () => Number.NaN), horizon: 3 }, 'history'],
    ['an empty history', { history: seriesOf(0, () => 0), horizon: 3 }, 'history'],
    ['a step of zero', { history: { ...history, stepSeconds: 0 }, horizon: 3 }, 'history'],
    ['no horizon', { history, horizon: 0 }, 'horizon'],
    ['a broken horizon', { history, horizon: 1.5 }, 'horizon'],
    ['a level of one', { history, horizon: 3, quantileLevels: [1] }, 'quantileLevels'],
    ['no levels', { history, horizon: 3, quantileLevels: [] }, 'quantileLevels'],
    ['crossed bounds', { history, horizon: 3, bounds: { lower: 1, upper: 0 } }, 'bounds'],
  ])('is rejected for %s', (_, request, field) => {
    expect(() => forecast(request)).toThrow(expect.objectContaining({ name: 'InvalidInputError', field }));
    expect(() => forecast(request)).toThrow(InvalidInputError);
  });
});
