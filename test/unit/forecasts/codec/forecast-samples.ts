import fc from 'fast-check';
import type { MetricForecast, TargetForecast } from '../../../../core/forecasts/target-forecast.ts';
import { between } from '../../../fixtures/numbers.ts';

const finite = (max: number) => between(-max, max);

/** Ordered quantiles and a mean of any finite size: `magnitude` sets the level, `spread` the band. */
export const tracks = fc
  .record({
    levels: fc.integer({ min: 1, max: 9 }),
    horizon: fc.integer({ min: 1, max: 40 }),
    magnitude: fc.constantFrom(0, 1e-9, 1, 1e6, 1e15, 1e300),
    spread: fc.constantFrom(0, 1e-12, 1e-3, 1, 1e9),
    noise: fc.array(finite(1), { minLength: 500, maxLength: 500 }),
  })
  .map(({ levels, horizon, magnitude, spread, noise }) => {
    const columns = Array.from({ length: horizon }, (_, h) =>
      Array.from({ length: levels }, (_, l) => {
        const level = magnitude * (1 + 0.1 * Math.sin(h / 5));
        return level + spread * (l - levels / 2 + noise[(h * levels + l) % noise.length]!);
      }).sort((a, b) => a - b),
    );
    return {
      quantiles: Array.from({ length: levels }, (_, l) => Float64Array.from(columns, (column) => column[l]!)),
      mean: Float64Array.from(columns, (column) => column.reduce((sum, v) => sum + v / levels, 0)),
    };
  });

/** A forecast as the ensemble gives it: 96 steps, nine levels, a daily curve. */
/** A forecast whose threshold is known. */
type Assessed = MetricForecast & {
  readonly [Part in 'threshold' | 'breach']: NonNullable<MetricForecast[Part]>;
};

export const sampleMetric = (metric: string, seed = 1): Assessed => {
  const quantileLevels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const at = (h: number) => 40 + 20 * Math.sin((h + seed) / 15) + 3 * Math.sin(h * 12.9898 * seed);
  return {
    metric,
    threshold: { direction: 'above', limit: 85, source: 'fixed' },
    breach: {
      probability: 0.25,
      timeToImpactSeconds: { p10: 600, p50: 3600, p90: 9000 },
      expectedShareBeyond: 0.05,
      severity: 'info',
    },
    forecast: {
      start: 1_795_255_500,
      stepSeconds: 300,
      horizon: 96,
      quantileLevels,
      quantiles: quantileLevels.map((q) =>
        Float64Array.from({ length: 96 }, (_, h) => at(h) + (q - 0.5) * (10 + h / 8)),
      ),
      mean: Float64Array.from({ length: 96 }, (_, h) => at(h) + 0.01),
      model: 'ensemble-1.0.0',
      members: [
        { name: 'season-drift', weight: 0.75 },
        { name: 'level', weight: 0.25 },
      ],
      reason: 'A daily season explains most of the last fourteen days.',
      warnings: ['3 hours of history are missing'],
    },
  };
};

export const sampleTarget = (
  metrics: readonly string[],
  over: Partial<TargetForecast> = {},
): TargetForecast => ({
  tenantId: 'acme',
  targetId: 'web-1',
  runId: '2026-11-21T10-05-00Z-abcd1234',
  issuedAt: 1_795_255_500_000,
  metrics: metrics.map((metric, i) => sampleMetric(metric, i + 1)),
  ...over,
});
