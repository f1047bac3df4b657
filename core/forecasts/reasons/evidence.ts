import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { median } from '../../shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS, isoOfSeconds } from '../../shared/time.ts';
import type { BreachReasonKind } from '../breach-explanation.ts';
import type { ForecastRamp, ForecastRequest } from '../engine/forecast.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import {
  type Direction,
  sameTimeBefore,
  stepsPerDay,
  withoutClimb,
  withoutRecentLevel,
  withoutSameTime,
} from './occlusion.ts';

/** One kind of evidence in what a forecast is made from. */
export interface Evidence {
  readonly kind: Exclude<BreachReasonKind, 'usual-level'>;
  /** For people. */
  readonly text: string;
  /** The request as if this evidence did not exist. */
  readonly without: (request: ForecastRequest) => ForecastRequest;
}

export interface FoundIn {
  readonly request: ForecastRequest;
  readonly ramp: ForecastRamp | undefined;
  readonly threshold: ResolvedThreshold;
}

const RECENT_SECONDS = 3 * HOUR_SECONDS;
/** Deviations of recent values below this share of the usual range are noise. */
const MIN_DEVIATION = 0.05;

export const inDigits = (value: number): string => String(Number(value.toPrecision(3)));

const onHistory =
  (change: (history: RegularSeries) => RegularSeries) =>
  (request: ForecastRequest): ForecastRequest => ({ ...request, history: change(request.history) });

const isTowards = (move: number, direction: Direction): boolean =>
  direction === 'above' ? move > 0 : move < 0;

const climbEvidence = ({ ramp, threshold: { direction } }: FoundIn): Evidence | null => {
  if (ramp === undefined || !isTowards(ramp.perHour, direction)) return null;
  const verb = ramp.perHour > 0 ? 'climbed' : 'fallen';
  return {
    kind: 'recent-climb',
    text: `it has ${verb} by ${inDigits(Math.abs(ramp.perHour))} per hour since ${isoOfSeconds(ramp.since).slice(0, 16)}Z`,
    without: onHistory((history) => withoutClimb(history, ramp)),
  };
};

const observed = (values: Float64Array): Float64Array => values.filter(Number.isFinite);

const rangeOf = (values: Float64Array): number => {
  const sorted = observed(values).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return at(0.95) - at(0.05);
};

/** How much higher the last three hours were than the same hours of earlier days; null without an earlier day. */
const recentDeviation = (history: RegularSeries): number | null => {
  const day = stepsPerDay(history);
  const { values } = history;
  const steps = Math.max(1, Math.round(RECENT_SECONDS / history.stepSeconds));
  const recent = observed(values.subarray(Math.max(0, values.length - steps)));
  const before: number[] = [];
  for (let end = values.length - day; day > 0 && end >= steps; end -= day)
    before.push(...observed(values.subarray(end - steps, end)));
  return recent.length === 0 || before.length === 0 ? null : median(recent) - median(before);
};

const levelEvidence = ({ request: { history }, threshold: { direction } }: FoundIn): Evidence | null => {
  const deviation = recentDeviation(history);
  if (deviation === null || !isTowards(deviation, direction)) return null;
  if (Math.abs(deviation) <= MIN_DEVIATION * rangeOf(history.values)) return null;
  return {
    kind: 'recent-level',
    text: `in the last three hours it was ${inDigits(Math.abs(deviation))} ${deviation > 0 ? 'higher' : 'lower'} than usual at this time of day`,
    without: onHistory((before) => withoutRecentLevel(before, direction)),
  };
};

/** The value furthest towards the threshold in the hours that the forecast covers, some days before; null if unknown. */
const furthest = ({ request, threshold }: FoundIn, days: number): number | null => {
  const range = sameTimeBefore(request.history, request.horizon, days);
  const values = range === null ? [] : observed(request.history.values.slice(range.from, range.to));
  if (values.length === 0) return null;
  return threshold.direction === 'above' ? Math.max(...values) : Math.min(...values);
};

const reached = (value: number, { direction }: ResolvedThreshold): string =>
  `${direction === 'above' ? 'reached' : 'fell to'} ${inDigits(value)}`;

const WEEKS = [7, 14];

const dayEvidence = (found: FoundIn): Evidence | null => {
  const yesterday = furthest(found, 1);
  const { history, horizon } = found.request;
  const length = Math.floor((history.values.length * history.stepSeconds) / DAY_SECONDS);
  if (yesterday === null || length < 2) return null;
  const days = Array.from({ length }, (_, i) => i + 1).filter((each) => !WEEKS.includes(each));
  return {
    kind: 'time-of-day',
    text: `in these hours yesterday it ${reached(yesterday, found.threshold)}`,
    without: onHistory((before) => withoutSameTime(before, horizon, days, found.threshold.direction)),
  };
};

const weekEvidence = (found: FoundIn): Evidence | null => {
  const before = furthest(found, WEEKS[0]!);
  if (before === null) return null;
  const { horizon } = found.request;
  return {
    kind: 'week-before',
    text: `in these hours a week ago it ${reached(before, found.threshold)}`,
    without: onHistory((history) => withoutSameTime(history, horizon, WEEKS, found.threshold.direction)),
  };
};

const interventionEvidence = ({ request: { interventions = [] } }: FoundIn): Evidence | null => {
  if (interventions.length === 0) return null;
  const last = isoOfSeconds(Math.max(...interventions)).slice(0, 16);
  return {
    kind: 'interventions',
    text: `an earlier climb ended because something was done (the last time at ${last}Z), not by itself`,
    without: ({ interventions: _, ...request }) => request,
  };
};

/** The evidence in a series that can speak for a breach of the threshold; at most four kinds. */
export const findEvidence = (found: FoundIn): readonly Evidence[] => {
  const climb = climbEvidence(found);
  const recent = climb ?? levelEvidence(found);
  const all = [
    recent,
    dayEvidence(found),
    weekEvidence(found),
    climb === null ? null : interventionEvidence(found),
  ];
  return all.filter((evidence) => evidence !== null);
};
