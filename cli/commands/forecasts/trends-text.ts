import type { presentTrends } from '../../../core/forecasts/api/trends.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { formatCount, formatDuration, formatNumber, formatPercent } from '../../terminal/format.ts';

type ShownTrends = ReturnType<typeof presentTrends>;

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MAX_EVENTS = 5;

const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
/** The day; within two days of the end of the series also the time. */
const whenOf = (at: string | null, end: string): string => {
  if (at === null) return 'not foreseeable';
  const isSoon = Date.parse(at) - Date.parse(end) < 2 * DAY_SECONDS * 1000;
  return isSoon ? `${at.slice(0, 16)}Z` : at.slice(0, 10);
};

const trendLines = ({ trends }: ShownTrends): string[] =>
  trends.map(({ days, perDay, growth }) => {
    const band = `${formatNumber(perDay.low)} to ${formatNumber(perDay.high)}`;
    const change = growth === null ? '' : `, ${percent(growth)} in total`;
    const doubt = perDay.significant ? '' : ', not significant';
    return `  ${formatCount(days, 'day')}: ${formatNumber(perDay.slope)} per day (${band})${change}${doubt}`;
  });

const runOutLine = ({ runOut, to }: ShownTrends): string[] => {
  if (runOut === null) return [];
  const [early, middle, late] = [runOut.early, runOut.middle, runOut.late].map((at) => whenOf(at, to));
  return [`  runs out: ${middle}${early === late ? '' : ` (${early} to ${late})`}`];
};

const exhaustionLine = ({ exhaustion }: ShownTrends): string[] => {
  if (exhaustion?.early == null) return [];
  const middle = exhaustion.middle === null ? '' : `, probably in ${formatDuration(exhaustion.middle)}`;
  return [`  next day: capacity reached in ${formatDuration(exhaustion.early)} at the earliest${middle}`];
};

const reliabilityLines = ({ reliability }: ShownTrends): string[] => {
  if (reliability === null) return [];
  const ahead = reliability.within.map(({ days, failureProbability, expectedDownSeconds }) => {
    const probability = formatPercent(failureProbability);
    return `  next ${days} d: ${probability} probability of failure, ${formatDuration(expectedDownSeconds)} expected downtime`;
  });
  return [`  observed outages: ${reliability.outages}`, ...ahead];
};

const leakLine = ({ leak }: ShownTrends): string[] => {
  if (leak === null) return [];
  const { leaking, perHour, growing, stretches } = leak;
  const seen = `growth in ${growing} of ${formatCount(stretches, 'period')} between restarts`;
  return [`  ${leaking ? 'LEAK' : 'no leak'}: ${formatNumber(perHour)} per hour of uptime, ${seen}`];
};

const eventLines = ({ seasonalEvents }: ShownTrends): string[] =>
  seasonalEvents.slice(0, MAX_EVENTS).map(({ kind, day, ratio, seen }) => {
    const name = kind === 'weekday' ? WEEKDAYS[day] : `day ${day} of the month`;
    return `  ${name}: ${percent(ratio - 1)} compared to a usual day (seen ${formatCount(seen, 'time')})`;
  });

const nextDayLine = ({ nextDay }: ShownTrends): string[] => {
  if (nextDay === null) return [];
  const band = `${formatNumber(nextDay.p10)} to ${formatNumber(nextDay.p90)}`;
  return [`  next day's total: ${formatNumber(nextDay.p50)} (${band})`];
};

/** A few lines on one series. */
export const describeTrends = (series: string, report: ShownTrends): string[] => {
  const span = (Date.parse(report.to) - Date.parse(report.from)) / 1000;
  const week = report.weekOverWeek;
  const lines = [
    ...trendLines(report),
    ...(week === null || week.change === null ? [] : [`  week over week: ${percent(week.change)}`]),
    ...runOutLine(report),
    ...exhaustionLine(report),
    ...reliabilityLines(report),
    ...leakLine(report),
    ...eventLines(report),
    ...nextDayLine(report),
  ];
  const empty = span < 2 * DAY_SECONDS ? 'too short for a trend' : 'not enough data for a trend';
  return [
    `${series}: ${formatDuration(span)} to ${report.to.slice(0, 16)}Z`,
    ...(lines.length === 0 ? [`  ${empty}`] : lines),
    '',
  ];
};
