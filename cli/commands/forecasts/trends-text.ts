import type { presentTrends } from '../../../core/api/trend-answers.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { formatDuration, formatNumber, formatPercent } from '../../terminal/format.ts';

type ShownTrends = ReturnType<typeof presentTrends>;

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MOST_EVENTS = 5;

const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
const dayOf = (at: string | null): string => at?.slice(0, 10) ?? 'not in sight';

const trendLines = ({ trends }: ShownTrends): string[] =>
  trends.map(({ days, perDay, growth }) => {
    const band = `${formatNumber(perDay.low)} to ${formatNumber(perDay.high)}`;
    const change = growth === null ? '' : `, ${percent(growth)} over the span`;
    const doubt = perDay.significant ? '' : ', no clear trend';
    return `  ${days} days: ${formatNumber(perDay.slope)} a day (${band})${change}${doubt}`;
  });

const runOutLine = ({ runOut }: ShownTrends): string[] =>
  runOut === null
    ? []
    : [`  runs out: ${dayOf(runOut.middle)} (${dayOf(runOut.early)} to ${dayOf(runOut.late)})`];

const exhaustionLine = ({ exhaustion }: ShownTrends): string[] => {
  if (exhaustion?.early == null) return [];
  const middle =
    exhaustion.middle === null ? '' : `, more likely than not in ${formatDuration(exhaustion.middle)}`;
  return [`  within a day: reached in ${formatDuration(exhaustion.early)} at the earliest${middle}`];
};

const reliabilityLines = ({ reliability }: ShownTrends): string[] => {
  if (reliability === null) return [];
  const ahead = reliability.within.map(({ days, failureProbability, expectedDownSeconds }) => {
    const chance = formatPercent(failureProbability);
    return `  next ${days} d: fails with ${chance}, down for ${formatDuration(expectedDownSeconds)} expected`;
  });
  return [`  outages seen: ${reliability.outages}`, ...ahead];
};

const leakLine = ({ leak }: ShownTrends): string[] => {
  if (leak === null) return [];
  const { leaking, perHour, growing, stretches } = leak;
  const seen = `grows in ${growing} of ${stretches} stretches between restarts`;
  return [`  ${leaking ? 'LEAK' : 'no leak'}: ${formatNumber(perHour)} an hour of uptime, ${seen}`];
};

const eventLines = ({ seasonalEvents }: ShownTrends): string[] =>
  seasonalEvents.slice(0, MOST_EVENTS).map(({ kind, day, ratio, seen }) => {
    const name = kind === 'weekday' ? WEEKDAYS[day] : `day ${day} of the month`;
    return `  ${name}: ${percent(ratio - 1)} against the usual day (seen ${seen} times)`;
  });

const nextDayLine = ({ nextDay }: ShownTrends): string[] => {
  if (nextDay === null) return [];
  const band = `${formatNumber(nextDay.p10)} to ${formatNumber(nextDay.p90)}`;
  return [`  next day's total: ${formatNumber(nextDay.p50)} (${band})`];
};

/** A few lines on one series. */
export const describeTrends = (series: string, told: ShownTrends): string[] => {
  const span = (Date.parse(told.to) - Date.parse(told.from)) / 1000;
  const week = told.weekOverWeek;
  const lines = [
    ...trendLines(told),
    ...(week === null || week.change === null ? [] : [`  week over week: ${percent(week.change)}`]),
    ...runOutLine(told),
    ...exhaustionLine(told),
    ...reliabilityLines(told),
    ...leakLine(told),
    ...eventLines(told),
    ...nextDayLine(told),
  ];
  const empty = span < 2 * DAY_SECONDS ? 'too short' : 'nothing';
  return [
    `${series}: ${formatDuration(span)} to ${told.to.slice(0, 16)}Z`,
    ...(lines.length === 0 ? [`  ${empty} to tell a trend from`] : lines),
    '',
  ];
};
