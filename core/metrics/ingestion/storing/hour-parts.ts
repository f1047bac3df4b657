import { HOUR_SECONDS, hourOf } from '../../../shared/time.ts';
import type { BlockPart } from '../../blocks/block.ts';
import type { MetricSeries } from '../../series/metric-series.ts';
import type { TargetMetric } from '../../targets/target.ts';

type HourSeries = BlockPart['series'][number] & TargetMetric;

/** A block part with the kind and unit of its metrics. */
export interface HourPart extends BlockPart {
  readonly series: readonly HourSeries[];
}

/** The index after the last point in the same hour as the point at `from`; timestamps ascend. */
const endOfHour = (timestamps: readonly number[], from: number): number => {
  const next = (hourOf(timestamps[from]!) + 1) * HOUR_SECONDS;
  let end = from + 1;
  while (end < timestamps.length && timestamps[end]! < next) end++;
  return end;
};

/** Splits series into one part per target and hour. */
export const hourParts = (series: readonly MetricSeries[], receivedAt: number): HourPart[] => {
  const parts = new Map<string, Omit<HourPart, 'series'> & { series: HourSeries[] }>();
  for (const { targetId, metric, kind, unit, timestamps, values } of series) {
    for (let from = 0, end = 0; from < timestamps.length; from = end) {
      end = endOfHour(timestamps, from);
      const hour = hourOf(timestamps[from]!);
      const name = `${targetId} ${hour}`;
      const part = parts.get(name) ?? { targetId, hour, receivedAt, series: [] };
      parts.set(name, part);
      part.series.push({
        metric,
        kind,
        ...(unit === undefined ? {} : { unit }),
        offsets: Uint16Array.from(
          timestamps.slice(from, end),
          (timestamp) => timestamp - hour * HOUR_SECONDS,
        ),
        values: Float64Array.from(values.slice(from, end)),
      });
    }
  }
  return [...parts.values()];
};
