/** Reads from a metric's name and unit which direction is harmful. */
import {
  type Harm,
  type MetricAspect,
  type MetricMeaning,
  meaningOf,
  type OwnReading,
  wordsOf,
} from '../../../metrics/meaning/metric-meaning.ts';

export type HarmDirection = 'up' | 'down' | 'either';

/** Metrics of one concern move together, so they count only once. */
export type Concern =
  | Exclude<MetricAspect, 'other' | 'success-share'>
  | 'failures'
  | 'availability'
  | 'queue'
  | 'other';

/** Relation of a metric to the health of its target. */
export interface HarmMeaning {
  readonly concern: Concern;
  readonly worse: HarmDirection;
  /** Smallest change worth reporting, in the metric's unit; above the noise of metrics that hardly ever move. */
  readonly smallest: number;
  /** A percentage or a ratio. */
  readonly isBounded: boolean;
}

const AVAILABILITY = /\b(availability|success|uptime|healthy|ready|hit (rate|ratio|percent))\b/;
const FAILURES =
  /\b(errors?|failures?|failed|faults?|[45] ?xx|exceptions?|timeouts?|retries|rejected|dropped|restarts?|crashes|oom|unhealthy|throttles?|throttled)\b/;
const QUEUE = /\b(queue|queued|backlog|lag|depth|pending|waiting|age of oldest|saturation|load)\b/;

/** Percentage points. One point of failed requests is a lot; one point of CPU is nothing. */
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

/** Metrics of these concerns measure what is used or what is free. */
const RESOURCES: ReadonlySet<Concern> = new Set(['cpu', 'memory', 'disk-space', 'other']);

const worseOf = (harm: Harm | undefined, concern: Concern): HarmDirection => {
  if (harm === undefined) return WORSE[concern];
  if (harm === 'none') return 'either';
  return harm === 'fall' ? 'down' : 'up';
};

const concernOf = (metric: string, { aspect }: MetricMeaning): Concern => {
  const name = wordsOf(metric).join(' ');
  if (aspect === 'success-share') return 'availability';
  if (aspect === 'error-share' || aspect === 'latency') return aspect;
  if (FAILURES.test(name)) return 'failures';
  if (AVAILABILITY.test(name)) return 'availability';
  if (aspect !== 'other') return aspect;
  return QUEUE.test(name) ? 'queue' : 'other';
};

/**
 * Reads the tenant's own reading of a metric, else its name and unit. For a metric of unknown meaning, both directions may
 * be harmful.
 */
export const harmMeaningOf = (metric: string, unit?: string, own?: OwnReading): HarmMeaning => {
  const meaning = meaningOf(metric, unit, own);
  const { scale, harm } = meaning;
  const concern = concernOf(metric, meaning);
  const isRead = RESOURCES.has(concern) || own?.harm !== undefined || own?.measures !== undefined;
  const points = isFine(concern) ? FINE_POINTS : COARSE_POINTS;
  const isBounded = scale.kind === 'percent' || scale.kind === 'ratio';
  const smallest = scale.kind === 'percent' ? points : scale.kind === 'ratio' ? points / 100 : 0;
  return {
    concern,
    worse: isRead ? worseOf(harm, concern) : WORSE[concern],
    smallest,
    isBounded,
  };
};

/** Converts a signed move to harm: positive values are worse. */
export const towardsHarm = (move: number, worse: HarmDirection): number => {
  if (worse === 'either') return Math.abs(move);
  return worse === 'up' ? move : -move;
};
