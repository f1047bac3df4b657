import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { median } from '../../shared/maths/averages.ts';
import { finite } from '../../shared/maths/finite.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { dailyTotals } from './business-forecast.ts';

/** A calendar day that recurs and differs from the others: a weekday (0 = Sunday) or a day of the month. */
export interface SeasonalEvent {
  readonly kind: 'weekday' | 'day-of-month';
  readonly day: number;
  /** Median of those days over the median of all days. */
  readonly ratio: number;
  readonly seen: number;
}

const MIN_SEEN = 3;
/** Minimum difference of an event's median from that of all days, as a share. */
const NOTABLE = 0.25;
/** Minimum share of occurrences on the same side. */
const SAME_SIDE = 0.8;

const eventsOf = (
  kind: SeasonalEvent['kind'],
  days: readonly { readonly day: number; readonly total: number }[],
  usual: number,
): SeasonalEvent[] =>
  [...Map.groupBy(days, ({ day }) => day)].flatMap(([day, group]) => {
    const ratio = finite(median(group.map(({ total }) => total)) / usual);
    const sameSide = group.filter(({ total }) => total > usual === ratio > 1).length;
    const holds = group.length >= MIN_SEEN && sameSide >= SAME_SIDE * group.length;
    return holds && Math.abs(ratio - 1) >= NOTABLE ? [{ kind, day, ratio, seen: group.length }] : [];
  });

/**
 * Recurring calendar days (UTC) that stand out in the daily totals: weekdays and days of the month (pay day, month
 * end), strongest first. A day of the grid counts as the calendar day of its middle.
 */
export const seasonalEvents = (series: RegularSeries): SeasonalEvent[] => {
  const { start, values } = dailyTotals(series);
  const days = [...values].flatMap((total, i) => {
    const middle = new Date((start + (i + 0.5) * DAY_SECONDS) * 1000);
    return Number.isFinite(total) ? [{ total, weekday: middle.getUTCDay(), date: middle.getUTCDate() }] : [];
  });
  const usual = median(days.map(({ total }) => total));
  if (!(usual > 0)) return [];
  const byWeekday = days.map(({ weekday, total }) => ({ day: weekday, total }));
  const weekdays = eventsOf('weekday', byWeekday, usual);
  const ratios = new Map(weekdays.map(({ day, ratio }) => [day, ratio]));
  // Weekdays are removed first, because some dates fall on a Sunday by chance.
  const byDate = days.map(({ date, weekday, total }) => ({
    day: date,
    total: finite(total / (ratios.get(weekday) || 1)),
  }));
  return [...weekdays, ...eventsOf('day-of-month', byDate, usual)].sort(
    (a, b) => Math.abs(b.ratio - 1) - Math.abs(a.ratio - 1),
  );
};
