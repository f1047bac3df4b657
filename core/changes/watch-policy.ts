import * as z from 'zod';

/** When a deployment is checked and which scores are bad. Fields omitted from a change's `watch` take these defaults. */
export const WatchPolicy = z.strictObject({
  checkMinutes: z
    .array(z.number().int().min(1).max(240))
    .min(1)
    .max(8)
    .default([5, 15, 30, 60])
    .refine(
      (minutes) => minutes.every((each, i) => i === 0 || each > minutes[i - 1]!),
      'expected ascending minutes',
    )
    .describe('Minutes after the deployment at which its health is scored'),
  unhealthyBelow: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .describe('Two consecutive scores below this make the deployment unhealthy'),
  veryLowBelow: z
    .number()
    .min(0)
    .max(100)
    .default(15)
    .describe('One score below this makes the deployment unhealthy if its confidence is at least 0.6'),
});
export type WatchPolicy = z.infer<typeof WatchPolicy>;

export const DEFAULT_WATCH_POLICY: WatchPolicy = WatchPolicy.parse({});

/** The part of a check that the rules use. */
export interface Scored {
  /** 0 to 100; null if there was too little data. */
  readonly health: number | null;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Scores from here up are healthy. */
export const HEALTHY_FROM = 80;
/** Confidence from which a single very low score makes a deployment unhealthy. */
const MIN_CONFIDENCE_OF_ONE = 0.6;
/** Confidence that the last score needs for a deployment to be healthy. */
const MIN_CONFIDENCE_OF_HEALTHY = 0.3;

export type Judgement = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

const isLow = (score: Scored | undefined, bar: number): boolean =>
  score !== undefined && score.health !== null && score.health < bar;

/**
 * Returns true if scores, oldest first, make a deployment unhealthy: the last two are low, or the last one is very low
 * with enough confidence. Null scores are skipped, so they do not interrupt two consecutive low ones.
 */
export const isUnhealthy = (scores: readonly Scored[], policy: WatchPolicy): boolean => {
  const known = scores.filter(({ health }) => health !== null);
  const [last, before] = [known.at(-1), known.at(-2)];
  if (last === undefined || last !== scores.at(-1)) return false;
  if (isLow(last, policy.unhealthyBelow) && isLow(before, policy.unhealthyBelow)) return true;
  return isLow(last, policy.veryLowBelow) && last.confidence >= MIN_CONFIDENCE_OF_ONE;
};

/**
 * The verdict over all scores of a watch, oldest first. `unknown` if the last score is missing or its confidence is too
 * low; `degraded` between healthy and unhealthy.
 */
export const judge = (scores: readonly Scored[], policy: WatchPolicy): Judgement => {
  if (scores.some((_, i) => isUnhealthy(scores.slice(0, i + 1), policy))) return 'unhealthy';
  const last = scores.at(-1);
  if (last === undefined || last.health === null) return 'unknown';
  if (last.health < HEALTHY_FROM) return 'degraded';
  return last.confidence < MIN_CONFIDENCE_OF_HEALTHY ? 'unknown' : 'healthy';
};

/**
 * The data that a check at this minute uses: all of it for minute 1, all after the first minute up to minute 5, and the
 * newest half (never the first minute) after that.
 */
export const windowOf = (at: number, minutes: number) => ({
  at,
  from: at + (minutes === 1 ? 0 : Math.max(60, minutes <= 5 ? 0 : minutes * 30)),
  until: at + minutes * 60,
});

/** Time for points to be sent and stored. */
const GRACE_SECONDS = 60;

/** When the check at this minute after the deployment is due (epoch seconds). */
export const dueAt = (at: number, minutes: number): number => at + minutes * 60 + GRACE_SECONDS;
