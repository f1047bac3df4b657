/** Applies at the door what the store can hold of one target: its metrics, and its points within one hour. */
import { HOUR_SECONDS, hourOf, isoOfSeconds } from '../../../shared/time.ts';
import { BlockRoom } from '../../blocks/block-room.ts';
import type { MetricSeries } from '../../series/metric-series.ts';
import { unlistedMetrics } from '../../targets/merge-sighting.ts';
import type { FieldError } from './ingest-rejection.ts';
import { MAX_REPORTED_ERRORS } from './limits.ts';
import type { Collected } from './series-collector.ts';

interface Fitted {
  readonly series: readonly MetricSeries[];
  readonly dropped: number;
  readonly errors: readonly FieldError[];
}

const pointsOf = (series: readonly MetricSeries[]): number =>
  series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);

const fitMetrics = (targetId: string, series: readonly MetricSeries[]): Fitted => {
  const unlisted = new Set(unlistedMetrics(series));
  if (unlisted.size === 0) return { series, dropped: 0, errors: [] };
  const kept = series.filter(({ metric }) => !unlisted.has(metric));
  const message = `${series.length} metrics of a target: ${kept.length} can be listed, and ${[...unlisted][0]} and ${unlisted.size - 1} others were not accepted`;
  const errors = [{ field: `target ${targetId}`, code: 'too-many-metrics', message }];
  return { series: kept, dropped: pointsOf(series) - pointsOf(kept), errors };
};

/** Keeps the points of each hour that fit into its block, in the order of the series. */
const fitHours = (targetId: string, series: readonly MetricSeries[]): Fitted => {
  const rooms = new Map<number, BlockRoom>();
  const kept = series.flatMap((one) => {
    const fits = one.timestamps.map((timestamp) => {
      const hour = hourOf(timestamp);
      const room = rooms.get(hour) ?? new BlockRoom();
      rooms.set(hour, room);
      return room.take(one.metric);
    });
    if (fits.every(Boolean)) return [one];
    const timestamps = one.timestamps.filter((_, index) => fits[index]);
    const values = one.values.filter((_, index) => fits[index]);
    return timestamps.length === 0 ? [] : [{ ...one, timestamps, values }];
  });
  const full = [...rooms].filter(([, { refused }]) => refused > 0);
  const errors = full.map(([hour, { refused, points }]) => ({
    field: `target ${targetId}`,
    code: 'too-many-points',
    message: `${points + refused} points of one hour (${isoOfSeconds(hour * HOUR_SECONDS)}): ${points} fit, and ${refused} were not accepted`,
  }));
  return { series: kept, dropped: full.reduce((sum, [, { refused }]) => sum + refused, 0), errors };
};

const fitTarget = (targetId: string, series: readonly MetricSeries[]): Fitted => {
  const metrics = fitMetrics(targetId, series);
  if (BlockRoom.holdsAll(metrics.series)) return metrics;
  const hours = fitHours(targetId, metrics.series);
  return {
    series: hours.series,
    dropped: metrics.dropped + hours.dropped,
    errors: [...metrics.errors, ...hours.errors],
  };
};

/** Removes points, and counts and reports them as rejected. */
const reject = (
  collected: Collected,
  series: readonly MetricSeries[],
  dropped: number,
  errors: readonly FieldError[],
): Collected => ({
  ...collected,
  series,
  accepted: collected.accepted - dropped,
  rejected: {
    count: collected.rejected.count + dropped,
    samples: [...collected.rejected.samples, ...errors].slice(0, MAX_REPORTED_ERRORS),
  },
});

/**
 * Rejects the metrics of a target that one request has beyond those that can be listed, and the points beyond those that
 * fit into the block of an hour. Depends on the request alone: decoding it again rejects the same points.
 */
export const fitTargets = (collected: Collected): Collected => {
  const byTarget = Map.groupBy(collected.series, ({ targetId }) => targetId);
  const fitted = [...byTarget].map(([targetId, series]) => fitTarget(targetId, series));
  const dropped = fitted.reduce((sum, one) => sum + one.dropped, 0);
  if (dropped === 0) return collected;
  const errors = fitted.flatMap((one) => one.errors);
  return reject(
    collected,
    fitted.flatMap(({ series }) => series),
    dropped,
    errors,
  );
};

/** Rejects all points of the given targets: they are new, and the tenant may not add any more today. */
export const withoutTargets = (collected: Collected, targetIds: readonly string[]): Collected => {
  if (targetIds.length === 0) return collected;
  const refused = new Set(targetIds);
  const kept = collected.series.filter(({ targetId }) => !refused.has(targetId));
  const errors = targetIds.slice(0, MAX_REPORTED_ERRORS).map((targetId) => ({
    field: `target ${targetId}`,
    code: 'too-many-new-targets',
    message: 'the target is new, and the new targets of this day (UTC) are used up',
  }));
  return reject(collected, kept, pointsOf(collected.series) - pointsOf(kept), errors);
};

/** The number of hour blocks that series touch: one for each target and hour. */
export const countBlocks = (series: readonly MetricSeries[]): number => {
  const hours = new Map<string, Set<number>>();
  for (const { targetId, timestamps } of series) {
    const own = hours.get(targetId) ?? new Set<number>();
    hours.set(targetId, own);
    for (const timestamp of timestamps) own.add(hourOf(timestamp));
  }
  return [...hours.values()].reduce((sum, { size }) => sum + size, 0);
};
