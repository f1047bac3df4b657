import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { seasonalSpread } from './inject-faults.ts';
import type { TargetFault, TargetSeries } from './labelled-target.ts';

/** Spreads by which a metric must be off, on the average of the hour, for the fault to show. */
const VISIBLE_SPREADS = 3;
/** An hour belongs to a fault that fills half of it. */
const LEAST_SHARE = 0.5;
/** Faults that do not show in how far values are off: a frozen agent, an order or a relation that is wrong. */
const SHOWN_OTHERWISE: ReadonlySet<string> = new Set(['flat-line', 'pattern', 'correlation']);

/** The hours (whole hours since the epoch) of which a fault fills at least half. Epoch seconds, both inclusive. */
const filledHours = ({ first, last }: Pick<TargetFault, 'first' | 'last'>): number[] => {
  const from = Math.floor(first / HOUR_SECONDS);
  const hours = Array.from({ length: Math.floor(last / HOUR_SECONDS) - from + 1 }, (_, i) => from + i);
  return hours.filter((hour) => {
    const covered = Math.min(last, (hour + 1) * HOUR_SECONDS) - Math.max(first, hour * HOUR_SECONDS);
    return covered >= LEAST_SHARE * HOUR_SECONDS;
  });
};

/** Mean over an hour of how far a series is off the same series without the fault; 0 where nothing is known. */
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
 * The hours in which a fault shows at a target: the simulator knows what the series would be without it (`usual`), and
 * some metric is off by three of its spreads on average. The first hours of a leak and servers that hardly notice a
 * neighbour's trouble are neither faulty nor faultless.
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
