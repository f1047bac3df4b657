/** Aligns the points of many targets to common moments of five minutes. */

import type { Block, BlockPoints } from '../../metrics/blocks/block.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';

export const MOMENT_SECONDS = 300;
export const MOMENTS_PER_HOUR = 12;

/** The newest total of a counter. Epoch seconds. */
export interface Total {
  readonly at: number;
  readonly value: number;
}

/** Newest totals, by target and then by metric. */
export type Totals = Map<string, Map<string, Total>>;

/** One target's hour: for each metric a mean per moment, NaN if nothing was reported. */
export interface TargetMoments {
  readonly metrics: ReadonlyMap<string, Float64Array>;
  /** Epoch seconds of the newest point. */
  readonly newest: number;
}

/** Rates per second since the previous point; none for the first point and after a reset (a falling value). */
const ratesOf = (points: BlockPoints, start: number, before: Total | undefined): Float64Array => {
  let last = before;
  return Float64Array.from(points.values, (value, i) => {
    const at = start + points.offsets[i]!;
    if (last !== undefined && at <= last.at) return Number.NaN;
    const rate =
      last === undefined || value < last.value ? Number.NaN : (value - last.value) / (at - last.at);
    last = { at, value };
    return rate;
  });
};

const newestOf = (points: BlockPoints, start: number): Total | undefined => {
  const [offset, value] = [points.offsets.at(-1), points.values.at(-1)];
  return offset === undefined || value === undefined ? undefined : { at: start + offset, value };
};

/** Deltas are averaged, not summed, because a point that is one second late falls into the next moment. */
const meansOf = (offsets: Uint16Array, values: Float64Array): Float64Array => {
  const means = new Float64Array(MOMENTS_PER_HOUR).fill(Number.NaN);
  const counts = new Uint16Array(MOMENTS_PER_HOUR);
  offsets.forEach((offset, i) => {
    const value = values[i]!;
    if (!Number.isFinite(value)) return;
    const moment = Math.floor(offset / MOMENT_SECONDS);
    const count = ++counts[moment]!;
    const mean = count === 1 ? 0 : means[moment]!;
    means[moment] = mean + (value - mean) / count;
  });
  return means;
};

/**
 * The moments of one target's hour. Counters become rates; `totals` carries the newest total of each from hour to hour
 * and is updated.
 */
export const momentsOf = (
  hour: number,
  block: Block,
  counters: ReadonlySet<string>,
  totals: Map<string, Total>,
): TargetMoments => {
  const start = hour * HOUR_SECONDS;
  let newest = Number.NEGATIVE_INFINITY;
  const metrics = new Map<string, Float64Array>();
  for (const [metric, points] of block) {
    const last = newestOf(points, start);
    if (last === undefined) continue;
    newest = Math.max(newest, last.at);
    const isCounter = counters.has(metric);
    const values = isCounter ? ratesOf(points, start, totals.get(metric)) : points.values;
    metrics.set(metric, meansOf(points.offsets, values));
    if (isCounter && last.at > (totals.get(metric)?.at ?? Number.NEGATIVE_INFINITY)) totals.set(metric, last);
  }
  return { metrics, newest };
};
