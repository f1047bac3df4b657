import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessBreach } from '../../../../core/forecasts/breach/assess-breach.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';
import { between } from '../../../fixtures/numbers.ts';
import { seriesOf } from '../engine/sample-series.ts';

const HORIZON = 48;
/** A forecast whose band is `centre(h)` +/- up to `spread`. */
const forecastOf = (centre: (h: number) => number, spread = 4): Forecast => {
  const quantiles = DEFAULT_QUANTILE_LEVELS.map((level) =>
    Float64Array.from({ length: HORIZON }, (_, h) => centre(h) + spread * (level - 0.5)),
  );
  return {
    start: 0,
    stepSeconds: 300,
    horizon: HORIZON,
    quantileLevels: DEFAULT_QUANTILE_LEVELS,
    quantiles,
    mean: quantiles[4]!,
    model: 'test',
    members: [],
    reason: '',
    warnings: [],
  };
};
const above = (limit: number): ResolvedThreshold => ({ direction: 'above', limit, source: 'fixed' });
const below = (limit: number): ResolvedThreshold => ({ direction: 'below', limit, source: 'fixed' });
const quiet = seriesOf(2016, (i) => 50 + (i % 7));
const busy = seriesOf(2016, (i) => (i % 100 < 3 ? 95 : 50));

describe('assessBreach', () => {
  it('is certain about a threshold far below the whole band', () => {
    const risk = assessBreach(
      forecastOf(() => 90),
      above(50),
    );
    expect(risk.probability).toBeGreaterThan(0.9);
    expect(risk.severity).toBe('critical');
    expect(risk.expectedShareBeyond).toBeGreaterThan(0.95);
  });

  it('gives a threshold far above the band and the past a low probability', () => {
    const risk = assessBreach(
      forecastOf(() => 50),
      above(500),
      quiet,
    );
    expect(risk.probability).toBeLessThan(0.05);
    expect(risk.severity).toBe('info');
  });

  it('gives a threshold that was crossed often in the past a higher probability', () => {
    const made = forecastOf(() => 50);
    expect(assessBreach(made, above(90), busy).probability).toBeGreaterThan(
      assessBreach(made, above(90), quiet).probability + 0.2,
    );
  });

  it('dates the crossing of a rise, with an ordered interval', () => {
    const risk = assessBreach(
      forecastOf((h) => 50 + h, 1),
      above(74.5),
      quiet,
    );
    const { p10, p50, p90 } = risk.timeToImpactSeconds!;
    expect(p10).toBeLessThanOrEqual(p50);
    expect(p50).toBeLessThanOrEqual(p90);
    expect(Math.abs(p10 / 300 - 25)).toBeLessThanOrEqual(5);
    expect(risk.severity).toBe('warning');
  });

  it('rates a crossing within the hour critical and a later one a warning', () => {
    expect(
      assessBreach(
        forecastOf(() => 100, 1),
        above(60),
      ).severity,
    ).toBe('critical');
    expect(
      assessBreach(
        forecastOf((h) => (h < 30 ? 0 : 100), 1),
        above(60),
      ).severity,
    ).toBe('warning');
  });

  it('has no time to impact if nothing exceeds the threshold', () => {
    const risk = assessBreach(
      forecastOf(() => 0, 0),
      above(10),
    );
    expect(risk).toMatchObject({ probability: 0, timeToImpactSeconds: null, severity: 'info' });
  });

  it('gives a breach that must persist a lower probability', () => {
    const flicker = forecastOf((h) => (h % 4 === 0 ? 95 : 20), 1);
    const once = assessBreach(flicker, above(90), busy).probability;
    expect(assessBreach(flicker, above(90), busy, { persistenceSteps: 3 }).probability).toBeLessThan(
      once - 0.2,
    );
  });

  it('treats below as the mirror image of above', () => {
    const made = forecastOf((h) => 40 + h / 4);
    const mirrored = { ...made, quantiles: [...made.quantiles].reverse().map((row) => row.map((v) => -v)) };
    const turned = { ...quiet, values: quiet.values.map((v) => -v) };
    const [a, b] = [assessBreach(made, above(52), quiet), assessBreach(mirrored, below(-52), turned)];
    expect(b.probability).toBeCloseTo(a.probability, 9);
    expect(b.timeToImpactSeconds).toEqual(a.timeToImpactSeconds);
  });

  it('accepts quantile levels in any order', () => {
    const made = forecastOf((h) => 40 + h / 4);
    const shuffled = {
      ...made,
      quantileLevels: [...made.quantileLevels].reverse(),
      quantiles: [...made.quantiles].reverse(),
    };
    expect(assessBreach(shuffled, above(47), quiet)).toEqual(assessBreach(made, above(47), quiet));
  });

  it('never grows with the height of the threshold and stays a probability', () => {
    fc.assert(
      fc.property(between(-100, 200), between(0, 50), fc.boolean(), (limit, more, known) => {
        const made = forecastOf((h) => 40 + h / 3);
        const past = known ? busy : undefined;
        const [low, high] = [
          assessBreach(made, above(limit), past),
          assessBreach(made, above(limit + more), past),
        ];
        expect(high.probability).toBeLessThanOrEqual(low.probability + 1e-9);
        for (const { probability, expectedShareBeyond } of [low, high]) {
          expect(probability).toBeGreaterThanOrEqual(0);
          expect(probability).toBeLessThanOrEqual(1);
          expect(expectedShareBeyond).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('is never less than that of the most likely single step', () => {
    const made = forecastOf((h) => (h === 20 ? 60 : 0), 4);
    expect(assessBreach(made, above(58.4), quiet).probability).toBeGreaterThanOrEqual(0.9 - 1e-9);
  });
});

describe('the severity of a breach', () => {
  it('needs a higher probability for a limit learned from the history than for a fixed one', () => {
    const severity = (limit: number, source: ResolvedThreshold['source']) =>
      assessBreach(
        forecastOf(() => 50),
        { direction: 'above', limit, source },
      ).severity;
    const between = [50.5, 51, 51.5, 52].filter(
      (limit) => severity(limit, 'fixed') !== severity(limit, 'historical'),
    );
    expect(between.length).toBeGreaterThan(0);
    for (const limit of between) {
      expect(severity(limit, 'fixed')).toBe('warning');
      expect(severity(limit, 'historical')).toBe('info');
    }
    expect(severity(40, 'historical')).toBe('critical');
  });
});
