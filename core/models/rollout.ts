/** One attempt to make a candidate the champion: its plan, its evidence, and how it ended. */
import * as z from 'zod';
import { Actor } from '../platform/actor.ts';
import { TenantId } from '../shared/identifiers.ts';
import { ModelKind } from './model-artefact.ts';
import { Seconds } from './model-version.ts';
import { SemanticVersion } from './semantic-version.ts';

const Share = z.number().min(0).max(1);

export const RolloutStep = z.strictObject({
  name: z.string().min(1).max(60),
  stage: z.enum(['shadow', 'canary']),
  /** Share of the units that the candidate serves. */
  share: Share,
  /** Share of the units in the experiment; those above `share` are its control group, which the champion serves. */
  enrolled: Share,
  minSeconds: z.number().int().positive(),
  /** Scored forecasts of this step before the next one may begin. */
  minForecasts: z.number().int().positive(),
  /** Blocks of them: each is one observation of the sequential test, however many forecasts it has. */
  minBlocks: z.number().int().positive(),
});
export type RolloutStep = z.infer<typeof RolloutStep>;

/** Shares never fall, so that a unit that is served by the candidate stays with it, and the last step serves everybody. */
const risesToAll = (steps: readonly RolloutStep[]): boolean =>
  steps.at(-1)?.share === 1 &&
  steps.every(({ stage, share, enrolled }, index) => {
    const before = steps[index - 1]?.share ?? 0;
    return share >= before && enrolled >= share && (stage === 'canary') === share > 0;
  });

export const RolloutPolicy = z.strictObject({
  steps: z
    .array(RolloutStep)
    .min(1)
    .max(20)
    .refine(risesToAll, 'expected shares that rise to 1, 0 in the stage shadow only'),
  /** A step that lacks forecasts for longer ends the rollout. */
  maxStepSeconds: z.number().int().positive(),
  /** Seconds between two checks. */
  checkSeconds: z.number().int().positive(),
  /** A rollout that takes no step for longer may be ended by another. */
  leaseSeconds: z.number().int().positive(),
  /** Highest probability to roll back a candidate that is as good as the champion. */
  falseRollbackRate: z.number().gt(0).lt(1),
  /** A candidate whose losses in a step exceed the champion's this many times is rolled back at once. */
  maxLossRatio: z.number().gt(1),
  /** How much less of the values its 80 % band may cover in a step than the champion's. */
  maxCoverageLoss: Share,
  /** Share of forecasts of a step that may fail. */
  maxFailureShare: Share,
  /** 95th percentile of the time that a forecast takes. */
  maxLatencySeconds: z.number().positive(),
});
export type RolloutPolicy = z.infer<typeof RolloutPolicy>;

/** Capital of the bets against the candidate, as natural logarithms, one for each size of bet. */
export const TestState = z.strictObject({
  logCapitals: z.array(z.number()),
  /** Highest logarithm of the mean capital so far. */
  peak: z.number(),
  blocks: z.number().int().nonnegative(),
});
export type TestState = z.infer<typeof TestState>;

/** Sums over the scored forecasts of a step. */
export const StepScore = z.strictObject({
  blocks: z.number().int().nonnegative(),
  forecasts: z.number().int().nonnegative(),
  candidateLoss: z.number().nonnegative(),
  championLoss: z.number().nonnegative(),
  /** Values within the 80 % band. */
  candidateCovered: z.number().int().nonnegative(),
  championCovered: z.number().int().nonnegative(),
});
export type StepScore = z.infer<typeof StepScore>;

export const ROLLBACK_RULES = [
  'worse-forecasts',
  'much-worse-forecasts',
  'coverage',
  'failures',
  'latency',
  'alarm',
  'too-few-forecasts',
  'manual',
  'drift',
  'abandoned',
  'workflow-failed',
] as const;
export type RollbackRule = (typeof ROLLBACK_RULES)[number];

export const RollbackReason = z.strictObject({
  rule: z.enum(ROLLBACK_RULES),
  /** One sentence with the numbers. */
  text: z.string(),
});
export type RollbackReason = z.infer<typeof RollbackReason>;

export const Rollout = z.strictObject({
  tenantId: TenantId,
  kind: ModelKind,
  rolloutId: z.string(),
  cause: z.string(),
  by: Actor,
  candidate: SemanticVersion,
  /** With which the candidate is compared. */
  champion: SemanticVersion,
  fence: z.number().int().positive(),
  policy: RolloutPolicy,
  status: z.enum(['running', 'promoted', 'rolled-back']),
  startedAt: Seconds,
  /** Index of the present step in the policy. */
  step: z.number().int().nonnegative(),
  stepStartedAt: Seconds,
  score: StepScore,
  test: TestState,
  /** Blocks of scored forecasts up to this time are counted, epoch seconds. */
  scoredUntil: Seconds,
  /** Steps that ended, in their order. */
  passed: z.array(
    z.strictObject({ name: z.string(), startedAt: Seconds, endedAt: Seconds, score: StepScore }),
  ),
  ended: z
    .strictObject({
      at: Seconds,
      /** Since the rollout began. */
      seconds: Seconds,
      /** Null if the candidate is champion. */
      reason: RollbackReason.nullable(),
    })
    .nullable(),
});
export type Rollout = z.infer<typeof Rollout>;
