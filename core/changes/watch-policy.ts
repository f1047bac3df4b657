import * as z from 'zod';

/** When a deployment is looked at and what counts as bad; what is left out of a change's `watch` is as here. */
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
    .describe('Two scores in a row below this make it unhealthy'),
  veryLowBelow: z
    .number()
    .min(0)
    .max(100)
    .default(15)
    .describe('One sure score below this makes it unhealthy'),
});
export type WatchPolicy = z.infer<typeof WatchPolicy>;

export const DEFAULT_WATCH_POLICY: WatchPolicy = WatchPolicy.parse({});

/** What the rules look at of one score. */
export interface Scored {
  /** 0 to 100; null where too little was known. */
  readonly health: number | null;
  readonly sureness: number;
}

/** From here on a score is healthy. */
export const HEALTHY_FROM = 80;
/** A single score is acted on only when at least so sure. */
const SURE_ENOUGH = 0.6;
/** The last score must be at least so sure to call a deployment healthy. */
const SURE_OF_HEALTH = 0.3;

export type Judgement = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

const isLow = (score: Scored | undefined, bar: number): boolean =>
  score !== undefined && score.health !== null && score.health < bar;

/**
 * Whether scores, oldest first, make a deployment unhealthy: the last two low, or the last one very low and sure. A score
 * that is not known breaks no row: the one before it counts.
 */
export const isUnhealthy = (scores: readonly Scored[], policy: WatchPolicy): boolean => {
  const known = scores.filter(({ health }) => health !== null);
  const [last, before] = [known.at(-1), known.at(-2)];
  if (last === undefined || last !== scores.at(-1)) return false;
  if (isLow(last, policy.unhealthyBelow) && isLow(before, policy.unhealthyBelow)) return true;
  return isLow(last, policy.veryLowBelow) && last.sureness >= SURE_ENOUGH;
};

/**
 * What all scores of a watch, oldest first, come to. `unknown` where the last score is missing or says too little;
 * `degraded` between healthy and unhealthy.
 */
export const judge = (scores: readonly Scored[], policy: WatchPolicy): Judgement => {
  if (scores.some((_, i) => isUnhealthy(scores.slice(0, i + 1), policy))) return 'unhealthy';
  const last = scores.at(-1);
  if (last === undefined || last.health === null) return 'unknown';
  if (last.health < HEALTHY_FROM) return 'degraded';
  return last.sureness < SURE_OF_HEALTH ? 'unknown' : 'healthy';
};

/** The part after a deployment that a score at this minute looks at: its newest half, from the sixth minute on; without the first minute. */
export const windowOf = (at: number, minutes: number) => ({
  at,
  from: at + (minutes === 1 ? 0 : Math.max(60, minutes <= 5 ? 0 : minutes * 30)),
  until: at + minutes * 60,
});

/** Senders and storing take their time: what was measured up to a moment is there a little later. */
const GRACE_SECONDS = 60;

/** When a look is due (epoch seconds): its data end at this minute after the deployment. */
export const dueAt = (at: number, minutes: number): number => at + minutes * 60 + GRACE_SECONDS;
