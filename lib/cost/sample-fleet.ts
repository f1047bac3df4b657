import type { MetricForecast, TargetForecast } from '../../core/ports/forecast-storage.ts';
import type { Block, BlockPoints } from '../../core/storage/block.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const HORIZON = 96;
/** Names as long as those of common agents (`system.network.io{direction="receive"}`). */
const NAME_LENGTH = 24;

const metricName = (index: number): string => `system.metric.${index}`.padEnd(NAME_LENGTH, 'x');

/** A load that no short encoding fits: full doubles, as agents send them. */
const load = (index: number, step: number): number =>
  40 + 15 * Math.sin(step / 45 + index) + Math.sin(step * 7.13);

const pointsOf = (index: number, pushes: number, secondsBetween: number): BlockPoints => ({
  offsets: Uint16Array.from({ length: pushes }, (_, push) => push * secondsBetween),
  values: Float64Array.from({ length: pushes }, (_, push) => load(index, push)),
  receipts: Float64Array.from({ length: pushes }, (_, push) => START + push * secondsBetween * 1000),
});

/** One host's block of an hour after `pushes` pushes. */
export const sampleBlock = (metrics: number, pushes: number, secondsBetween: number): Block =>
  new Map(
    Array.from({ length: metrics }, (_, index) => [
      metricName(index),
      pointsOf(index, pushes, secondsBetween),
    ]),
  );

const sampleForecast = (index: number): MetricForecast => {
  const track = (width: number) =>
    Float64Array.from({ length: HORIZON }, (_, h) => load(index, h) + width * (2 + Math.sqrt(h)));
  return {
    metric: metricName(index),
    forecast: {
      start: START / 1000,
      stepSeconds: 300,
      horizon: HORIZON,
      quantileLevels: LEVELS,
      quantiles: LEVELS.map((level) => track(level - 0.5)),
      mean: track(0.05),
      model: 'ensemble-1.0.0',
      members: [
        { name: 'seasonal-naive', weight: 0.6 },
        { name: 'smoothing', weight: 0.4 },
      ],
      reason: 'A daily season with a slow rise; the last week repeats the one before within its noise.',
      warnings: [],
    },
    threshold: { direction: 'above', limit: 90, source: 'fixed' },
    breach: { probability: 0.12, timeToImpactSeconds: null, expectedShareBeyond: 0.01, severity: 'info' },
  };
};

/** One host's forecasts of a run. */
export const sampleForecasts = (metrics: number): TargetForecast => ({
  tenantId: 'sample-tenant',
  targetId: 'host-0001.eu-west-1.example.com',
  runId: '2026-01-01T00-05-00Z-abcd',
  issuedAt: START + HOUR_MS,
  metrics: Array.from({ length: metrics }, (_, index) => sampleForecast(index)),
});
