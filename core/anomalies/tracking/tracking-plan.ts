/** Which metrics of a target are watched, and how closely. */

import { detectionModeOf } from '../../platform/settings/apply-settings.ts';
import type { DetectionMode, Settings } from '../../platform/settings/settings.ts';
import type { Owner } from '../anomaly.ts';
import type { DetectorVariant } from '../engine/detector-options.ts';
import type { TargetDetectors } from './target-detectors.ts';

/**
 * A full detector packs to about 4.6 KB and a light one to 1.1 KB; an item holds 400 KB. Targets with more metrics than
 * this are watched lightly whatever their settings say.
 */
export const MAX_FULL_METRICS = 40;
/** Further metrics are not watched: the first that were seen stay. */
export const MAX_METRICS = 300;

const modeOf = (settings: Settings, owner: Owner, metric: string): DetectionMode =>
  detectionModeOf(settings, { ...owner, metric }) ?? 'full';

/** How many of these metrics are to be watched at all. */
export const countTracked = (settings: Settings, owner: Owner, metrics: Iterable<string>): number =>
  [...new Set(metrics)].filter((metric) => modeOf(settings, owner, metric) !== 'off').length;

/** How one metric of a target with so many watched metrics is to be watched; undefined for not at all. */
export const variantFor = (
  settings: Settings,
  owner: Owner,
  metric: string,
  watched: number,
): DetectorVariant | undefined => {
  const mode = modeOf(settings, owner, metric);
  if (mode === 'off') return undefined;
  return watched > MAX_FULL_METRICS ? 'light' : mode;
};

/**
 * Whether a closed hour's block holds something that should have been learned and was not: a backfill may bring the
 * metrics of one hour in several requests.
 */
export const isUnlearned = (
  watch: TargetDetectors,
  hour: number,
  metrics: Iterable<string>,
  settings: Settings,
  owner: Owner,
): boolean =>
  [...metrics].some((metric) => {
    const series = watch.series.get(metric);
    if (series !== undefined) return !series.hours.has(hour);
    return watch.series.size < MAX_METRICS && modeOf(settings, owner, metric) !== 'off';
  });

/** Whether each watched metric is watched as it should be; `present` are the metrics of new data. */
export const matchesSettings = (
  watch: TargetDetectors,
  present: Iterable<string>,
  settings: Settings,
  owner: Owner,
): boolean => {
  const watched = countTracked(settings, owner, [...watch.series.keys(), ...present]);
  return [...watch.series.values()].every(
    ({ metric, variant }) => variantFor(settings, owner, metric, watched) === variant,
  );
};
