/** Everything that the verification of an action depends on, as JSON. Times are epoch seconds. */
import * as z from 'zod';
import { TargetId } from '../../shared/identifiers.ts';

const Seconds = z.number().int().nonnegative();

/** Points of one metric, in any order; null for a value that is missing. */
export const ObservedPoints = z
  .array(z.strictObject({ at: Seconds, value: z.number().nullable() }))
  .max(20_000);
export type ObservedPoints = z.infer<typeof ObservedPoints>;

/** Quantiles of the metric as they were forecast: `quantiles[level][step]`. */
export const ForecastPath = z
  .strictObject({
    /** It counts only if it was issued before the action began. */
    issuedAt: Seconds,
    /** Time of the first step. */
    start: Seconds,
    stepSeconds: z.number().int().positive(),
    /** Ascending, in (0, 1). */
    levels: z.array(z.number().gt(0).lt(1)).min(3).max(99),
    quantiles: z.array(z.array(z.number()).min(1).max(2016)).min(3),
    /** Calibrated probability of a breach within the horizon; null if none was computed. */
    breachProbability: z.number().min(0).max(1).nullable(),
  })
  .refine(
    ({ levels, quantiles }) =>
      quantiles.length === levels.length && quantiles.every(({ length }) => length === quantiles[0]!.length),
    { path: ['quantiles'], message: 'expected as many rows as levels, of one length' },
  );
export type ForecastPath = z.infer<typeof ForecastPath>;

export const VerifiedTarget = z.strictObject({
  targetId: TargetId,
  forecast: ForecastPath.nullable(),
  /** From a few hours before the action until now. */
  points: ObservedPoints,
});
export type VerifiedTarget = z.infer<typeof VerifiedTarget>;

/** The recorded inputs of `verify`. */
export const VerificationInputs = z.strictObject({
  now: Seconds,
  /** Start of the trouble as far as Forestall knows: of the incident, alert, deployment or warning. */
  troubleSince: Seconds,
  /** Before the first call that changed something. */
  beganAt: Seconds,
  /** When the intended state was seen. */
  doneAt: Seconds,
  /** Time from the effect until metrics show it. */
  settleSeconds: z.number().nonnegative(),
  /** From then on, missing evidence is no longer waited for. */
  deadline: Seconds,
  /** Interval at which the targets report. */
  stepSeconds: z.number().int().positive(),
  metric: z.string(),
  /** The direction in which the metric does harm, and the limit if one is known. */
  harm: z.strictObject({ direction: z.enum(['above', 'below']), limit: z.number().nullable() }),
  /** Those of the problem: each has to be better. */
  targets: z.array(VerifiedTarget).min(1).max(50),
  /** Targets like them that the action did not affect. */
  peers: z.array(VerifiedTarget).max(50),
});
export type VerificationInputs = z.infer<typeof VerificationInputs>;
