import { replayHour } from '../core/anomalies/tracking/replay-hours.ts';
import { TargetDetectors } from '../core/anomalies/tracking/target-detectors.ts';
import type { Block } from '../core/metrics/blocks/block.ts';
import { NO_SETTINGS, type Settings } from '../core/platform/settings/settings.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';

const DAYS = 14;
const HOURS = 24;
const START_HOUR = Date.UTC(2026, 0, 1) / 3_600_000;
const NAME_LENGTH = 24;

/** Reproducible noise from -1 to 1 (fractional part of a large sine). */
const noise = (n: number): number => {
  const large = Math.sin(n * 12.9898) * 43758.5453;
  return 2 * (large - Math.floor(large)) - 1;
};

/** A daily load with noise, rounded to hundredths, like the percentages of agents. */
const valueAt = (metric: number, second: number): number => {
  const day = Math.sin((2 * Math.PI * second) / (HOURS * HOUR_SECONDS) + metric);
  return Math.round(100 * (50 + 20 * day + 8 * noise(second / 60 + 977 * metric))) / 100;
};

const hourBlock = (metrics: number, stepSeconds: number, hour: number): Block => {
  const count = Math.max(1, Math.floor(HOUR_SECONDS / stepSeconds));
  const offsets = Uint16Array.from({ length: count }, (_, i) => i * stepSeconds);
  return new Map(
    Array.from({ length: metrics }, (_, metric) => {
      const values = Float64Array.from(offsets, (at) => valueAt(metric, hour * HOUR_SECONDS + at));
      const points = { offsets, values, receipts: new Float64Array(count) };
      return [`system.metric.${metric}`.padEnd(NAME_LENGTH, 'x'), points] as const;
    }),
  );
};

/** Detectors of one host after two weeks. They keep growing slowly: by a tenth within half a year. */
export const sampleWatch = (
  metrics: number,
  stepSeconds: number,
  settings: Settings = NO_SETTINGS,
): TargetDetectors => {
  const watch = new TargetDetectors(START_HOUR);
  const owner = { tenantId: 'sample-tenant', targetId: 'host-0001.eu-west-1.example.com' };
  const context = { owner, settings, metrics: {}, forecast: undefined, tracked: metrics };
  for (let hour = START_HOUR; hour < START_HOUR + DAYS * HOURS; hour++) {
    replayHour(watch, hour, hourBlock(metrics, stepSeconds, hour), context);
  }
  watch.openHour = START_HOUR + DAYS * HOURS;
  return watch;
};
