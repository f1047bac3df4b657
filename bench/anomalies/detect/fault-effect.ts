import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { seasonalSpread } from './inject-faults.ts';
import type { TargetFault, TargetSeries } from './labelled-target.ts';

/** Mean deviation of a metric in an hour, in spreads, from which a fault is visible. */
const VISIBLE_SPREADS = 3;
/** An hour belongs to a fault that lasts for at least this share of it. */
const MIN_SHARE = 0.5;
/** Faults that do not show as deviations of values: a frozen agent, a wrong order or a wrong relation. */
const SHOWN_OTHERWISE: ReadonlySet<string> = new Set(['flat-line', 'pattern', 'correlation']);

/** The hours (whole hours since the epoch) that belong to a fault. Epoch seconds, both inclusive. */
const filledHours = ({ first, last }: Pick<TargetFault, 'first' | 'last'>): number[] => {
  const from = Math.floor(first / HOUR_SECONDS);
  const hours = Array.from({ length: Math.floor(last / HOUR_SECONDS) - from + 1 }, (_, i) => from + i);
  return hours.filter((hour) => {
    const covered = Math.min(last, (hour + 1) * HOUR_SECONDS) - Math.max(first, hour * HOUR_SECONDS);
    return covered >= MIN_SHARE * HOUR_SECONDS;
  });
};

/** Mean deviation of a series in an hour from the same series without the fault; 0 if unknown. */
const meanEffect = (values: Float64Array, usual: Float64Array, from: number, rows: number): number => {
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, from); row < Math.min(values.length, from + rows); row++) {
    const effect = Math.abs(values[row]! - usual[row]!);
    if (!Number.isFinite(effect)) continue;
    sum += effect;
    count++;
  }
  return count === 0 ? 0 : sum / count;
};

/**
 * The hours in which a fault is visible at a target: some metric deviates by three of its spreads on average from the
 * simulated series without the fault (`usual`). The first hours of a leak, and servers that are hardly affected by a
 * neighbour, count as neither faulty nor normal.
 */
export const visibleHours = (
  { start, stepSeconds, values }: TargetSeries,
  usual: readonly Float64Array[],
  fault: Pick<TargetFault, 'kind' | 'first' | 'last'>,
): Set<number> => {
  const filled = filledHours(fault);
  if (SHOWN_OTHERWISE.has(fault.kind)) return new Set(filled);
  const rows = HOUR_SECONDS / stepSeconds;
  const spreads = usual.map((one) => seasonalSpread(one.filter(Number.isFinite), DAY_SECONDS / stepSeconds));
  return new Set(
    filled.filter((hour) => {
      const from = Math.round((hour * HOUR_SECONDS - start) / stepSeconds);
      return values.some((one, i) => meanEffect(one, usual[i]!, from, rows) >= VISIBLE_SPREADS * spreads[i]!);
    }),
  );
};
