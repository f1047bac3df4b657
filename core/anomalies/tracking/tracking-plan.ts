/** Decides which metrics of a target are tracked, and with which detector. */

import { MAX_METRICS_PER_TARGET } from '../../metrics/targets/target.ts';
import { detectionModeOf, readingOf } from '../../platform/settings/apply-settings.ts';
import type { DetectionMode, Settings } from '../../platform/settings/settings.ts';
import type { Owner } from '../anomaly.ts';
import type { DetectorVariant } from '../engine/detector-options.ts';
import type { TargetDetectors } from './target-detectors.ts';
import type { TrackedSeries } from './tracked-series.ts';

/**
 * A full detector takes five times as long per point as a light one and four times the bytes. Targets with more metrics
 * than this get light detectors regardless of their settings.
 */
export const MAX_FULL_METRICS = 40;
/** Max number of tracked metrics; the first ones seen are kept. */
export const MAX_METRICS = MAX_METRICS_PER_TARGET;

const modeOf = (settings: Settings, owner: Owner, metric: string): DetectionMode =>
  detectionModeOf(settings, { ...owner, metric }) ?? 'full';

/** Number of these metrics that are to be tracked. */
export const countTracked = (settings: Settings, owner: Owner, metrics: Iterable<string>): number =>
  [...new Set(metrics)].filter((metric) => modeOf(settings, owner, metric) !== 'off').length;

/** Detector for one metric of a target with `tracked` tracked metrics; undefined if it is not tracked. */
export const variantFor = (
  settings: Settings,
  owner: Owner,
  metric: string,
  tracked: number,
): DetectorVariant | undefined => {
  const mode = modeOf(settings, owner, metric);
  if (mode === 'off') return undefined;
  return tracked > MAX_FULL_METRICS ? 'light' : mode;
};

/**
 * True if the block of a closed hour contains metrics that should have been learned but were not: a backfill may bring the
 * metrics of one hour in several requests.
 */
export const isUnlearned = (
  detectors: TargetDetectors,
  hour: number,
  metrics: Iterable<string>,
  settings: Settings,
  owner: Owner,
): boolean =>
  [...metrics].some((metric) => {
    const series = detectors.series.get(metric);
    if (series !== undefined) return !series.hours.has(hour);
    return detectors.series.size < MAX_METRICS && modeOf(settings, owner, metric) !== 'off';
  });

/** True unless the tenant reads the metric as of another kind than it is tracked. */
const isReadAs = ({ metric, kind }: TrackedSeries, settings: Settings, owner: Owner): boolean => {
  const wanted = readingOf(settings, { ...owner, metric })?.kind;
  return wanted === undefined || wanted === kind;
};

/** True if the detector of each metric matches the settings; `present` are the metrics of new data. */
export const matchesSettings = (
  detectors: TargetDetectors,
  present: Iterable<string>,
  settings: Settings,
  owner: Owner,
): boolean => {
  const tracked = countTracked(settings, owner, [...detectors.series.keys(), ...present]);
  return [...detectors.series.values()].every(
    (series) =>
      variantFor(settings, owner, series.metric, tracked) === series.variant &&
      isReadAs(series, settings, owner),
  );
};
