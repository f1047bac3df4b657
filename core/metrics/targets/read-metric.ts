import { readingOf } from '../../platform/settings/apply-settings.ts';
import { NO_SETTINGS, type Settings } from '../../platform/settings/settings.ts';
import { type MetricMeaning, meaningOf, type OwnReading } from '../meaning/metric-meaning.ts';
import type { MetricKind } from '../series/metric-series.ts';
import { metricOf, type Target } from './target.ts';

/** A metric as its tenant reads it. */
export interface MetricReading {
  readonly kind: MetricKind;
  readonly unit: string | undefined;
  /** The tenant's own reading, if the settings have one. */
  readonly own: OwnReading | undefined;
  readonly meaning: MetricMeaning;
}

/**
 * How a metric of a target is read: by the tenant's settings, else as its sender and its name say. All that interprets the
 * values of stored metrics uses this function. An unknown metric is a gauge.
 */
export const readMetric = (
  target: Pick<Target, 'targetId' | 'metrics'>,
  metric: string,
  settings: Settings = NO_SETTINGS,
): MetricReading => {
  const { kind, unit } = metricOf(target, metric) ?? { kind: 'gauge' as const, unit: undefined };
  const own = readingOf(settings, { targetId: target.targetId, metric });
  return { kind: own?.kind ?? kind, unit, own, meaning: meaningOf(metric, unit, own) };
};
