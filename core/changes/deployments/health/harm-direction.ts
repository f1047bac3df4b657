/** Which way a metric moves when things get worse, read from its name and unit. */
import { type MetricAspect, meaningOf, wordsOf } from '../../../metrics/meaning/metric-meaning.ts';

export type HarmDirection = 'up' | 'down' | 'either';

/** Metrics of one concern move together, so that together they count once. */
export type Concern = Exclude<MetricAspect, 'other'> | 'failures' | 'availability' | 'queue' | 'other';

/** What a metric says of a target's health. */
export interface HarmMeaning {
  readonly concern: Concern;
  readonly worse: HarmDirection;
  /** Smallest change worth naming, in the metric's own unit: noise of a metric that hardly ever moves is below it. */
  readonly smallest: number;
  /** A percentage or a ratio. */
  readonly isBounded: boolean;
}

const AVAILABILITY = /\b(availability|success|uptime|healthy|ready|hit (rate|ratio|percent))\b/;
const FAILURES =
  /\b(errors?|failures?|failed|faults?|[45] ?xx|exceptions?|timeouts?|retries|rejected|dropped|restarts?|crashes|oom|unhealthy|throttles?|throttled)\b/;
const QUEUE = /\b(queue|queued|backlog|lag|depth|pending|waiting|age of oldest|saturation|load)\b/;

/** Points of a hundred: a point of failed requests is many of them, a point of a processor is nothing. */
const FINE_POINTS = 0.1;
const COARSE_POINTS = 1;

const isFine = (concern: Concern): boolean => concern === 'error-share' || concern === 'availability';

const WORSE: Readonly<Record<Concern, HarmDirection>> = {
  latency: 'up',
  'error-share': 'up',
  failures: 'up',
  queue: 'up',
  cpu: 'up',
  memory: 'up',
  'disk-space': 'up',
  'request-rate': 'down',
  availability: 'down',
  other: 'either',
};

const concernOf = (metric: string, unit: string | undefined): Concern => {
  const name = wordsOf(metric).join(' ');
  const { aspect } = meaningOf(metric, unit);
  if (aspect === 'error-share' || aspect === 'latency') return aspect;
  if (FAILURES.test(name)) return 'failures';
  if (AVAILABILITY.test(name)) return 'availability';
  if (aspect !== 'other') return aspect;
  return QUEUE.test(name) ? 'queue' : 'other';
};

/** Reads a metric's name and unit. A metric of unknown meaning may be bad either way. */
export const harmMeaningOf = (metric: string, unit?: string): HarmMeaning => {
  const concern = concernOf(metric, unit);
  const { scale } = meaningOf(metric, unit);
  const points = isFine(concern) ? FINE_POINTS : COARSE_POINTS;
  const isBounded = scale.kind === 'percent' || scale.kind === 'ratio';
  const smallest = scale.kind === 'percent' ? points : scale.kind === 'ratio' ? points / 100 : 0;
  return { concern, worse: WORSE[concern], smallest, isBounded };
};

/** A signed move as harm: positive is worse. */
export const towardsHarm = (move: number, worse: HarmDirection): number => {
  if (worse === 'either') return Math.abs(move);
  return worse === 'up' ? move : -move;
};
