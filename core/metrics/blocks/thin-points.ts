/** Reduces dense points before histories of weeks are built from them. */
import { finite } from '../../shared/maths/finite.ts';
import type { MetricKind } from '../series/metric-series.ts';
import type { BlockPoints } from './block.ts';

/** Dense points are reduced to one for each slot of this length, in seconds. */
const SLOT_SECONDS = 60;
/** Points of one metric in an hour from which they are reduced: fewer are read quickly as they are. */
const DENSE_POINTS = 120;

type Points = Pick<BlockPoints, 'offsets' | 'values'>;

/**
 * The points of an hour, at most one a minute if they come more often than every 30 seconds: the average of gauges, the
 * sum of deltas, the newest total of counters. Sums, averages and rates over whole minutes stay the same.
 */
export const thinPoints = (points: Points, kind: MetricKind): Points => {
  const { offsets, values } = points;
  if (offsets.length <= DENSE_POINTS) return points;
  const at: number[] = [];
  const kept: number[] = [];
  let [slot, count] = [-1, 0];
  for (let i = 0; i < offsets.length; i++) {
    const own = Math.floor(offsets[i]! / SLOT_SECONDS);
    count = own === slot ? count + 1 : 1;
    slot = own;
    const last = count === 1 ? kept.length : kept.length - 1;
    const before = count === 1 ? 0 : kept[last]!;
    at[last] = kind === 'counter' ? offsets[i]! : own * SLOT_SECONDS;
    kept[last] = joined(before, values[i]!, count, kind);
  }
  return { offsets: Uint16Array.from(at), values: Float64Array.from(kept) };
};

const joined = (before: number, value: number, count: number, kind: MetricKind): number => {
  if (kind === 'counter') return value;
  // The sum or difference of two huge values would be infinite, so each is divided first.
  return kind === 'delta' ? finite(before + value) : before * ((count - 1) / count) + value / count;
};
