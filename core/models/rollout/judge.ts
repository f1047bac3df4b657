/** What a check decides from the evidence: pure. */

import type { RollbackReason, Rollout, RolloutStep } from '../rollout.ts';
import type { ScoredBlock } from '../scored-block.ts';
import type { ServingHealth } from '../serving-health.ts';
import { addBlock, NO_SCORE } from './score.ts';
import { chanceOf, isShownWorse, observeBlock } from './sequential-test.ts';

export type Verdict =
  | { readonly decision: 'wait' | 'next-step' | 'promote' }
  | { readonly decision: 'roll-back'; readonly reason: RollbackReason };

/** The present step. */
export const stepOf = ({ policy, step }: Pick<Rollout, 'policy' | 'step'>): RolloutStep => {
  const found = policy.steps[step];
  if (found === undefined) throw new RangeError(`the policy of the rollout has no step ${step}`);
  return found;
};

/** Counts blocks that came after those counted before. All go to the test; those of the present step to its score, too. */
export const withBlocks = (rollout: Rollout, blocks: readonly ScoredBlock[]): Rollout => {
  let { test, score, scoredUntil } = rollout;
  for (const block of blocks) {
    if (block.at <= scoredUntil) continue;
    test = observeBlock(test, block);
    if (block.at > rollout.stepStartedAt) score = addBlock(score, block);
    scoredUntil = block.at;
  }
  return { ...rollout, test, score, scoredUntil };
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const accuracyReason = ({ policy, test, score, step }: Rollout): RollbackReason | undefined => {
  if (isShownWorse(test, policy.falseRollbackRate))
    return {
      rule: 'worse-forecasts',
      text: `its forecasts are worse: evidence like this has a chance of ${chanceOf(test).toPrecision(2)} for an equal candidate, after ${test.blocks} blocks of scored forecasts`,
    };
  const { forecasts, candidateLoss, championLoss, candidateCovered, championCovered } = score;
  if (forecasts < stepOf({ policy, step }).minForecasts) return undefined;
  if (candidateLoss > policy.maxLossRatio * championLoss)
    return {
      rule: 'much-worse-forecasts',
      text: `its loss over ${forecasts} forecasts is ${candidateLoss.toPrecision(4)}, and that of the champion ${championLoss.toPrecision(4)}`,
    };
  if (championCovered - candidateCovered > policy.maxCoverageLoss * forecasts)
    return {
      rule: 'coverage',
      text: `its 80 % band covers ${percent(candidateCovered / forecasts)} of ${forecasts} values, and that of the champion ${percent(championCovered / forecasts)}`,
    };
  return undefined;
};

/** Forecasts without which a share of failures means nothing. */
const MIN_TRIES = 20;

const healthReason = ({ policy }: Rollout, health: ServingHealth): RollbackReason | undefined => {
  const { forecasts, failures, p95Seconds, alarms } = health;
  if (alarms.length > 0) return { rule: 'alarm', text: `alarms stand: ${alarms.join(', ')}` };
  if (forecasts >= MIN_TRIES && failures > policy.maxFailureShare * forecasts)
    return { rule: 'failures', text: `${failures} of its ${forecasts} forecasts failed` };
  if (p95Seconds !== null && p95Seconds > policy.maxLatencySeconds)
    return {
      rule: 'latency',
      text: `5 % of its forecasts take longer than ${p95Seconds.toPrecision(3)} s; ${policy.maxLatencySeconds} s are allowed`,
    };
  return undefined;
};

/** Judges a rollout at `now` (epoch seconds), whose blocks are counted. Harm is looked for first. */
export const judge = (rollout: Rollout, health: ServingHealth, now: number): Verdict => {
  const reason = accuracyReason(rollout) ?? healthReason(rollout, health);
  if (reason !== undefined) return { decision: 'roll-back', reason };
  const { policy, step, stepStartedAt, score } = rollout;
  const { minSeconds, minForecasts, minBlocks, name } = stepOf(rollout);
  const seconds = now - stepStartedAt;
  const isScored = score.forecasts >= minForecasts && score.blocks >= minBlocks;
  if (seconds >= minSeconds && isScored)
    return { decision: step === policy.steps.length - 1 ? 'promote' : 'next-step' };
  if (seconds < policy.maxStepSeconds) return { decision: 'wait' };
  const text = `step ${name} had ${score.forecasts} of ${minForecasts} scored forecasts and ${score.blocks} of ${minBlocks} blocks after ${seconds} s`;
  return { decision: 'roll-back', reason: { rule: 'too-few-forecasts', text } };
};

/** The rollout at the beginning of its next step. */
export const atNextStep = (rollout: Rollout, now: number): Rollout => ({
  ...rollout,
  step: rollout.step + 1,
  stepStartedAt: now,
  score: NO_SCORE,
  passed: [...rollout.passed, passedStep(rollout, now)],
});

export const passedStep = (rollout: Rollout, now: number): Rollout['passed'][number] => ({
  name: stepOf(rollout).name,
  startedAt: rollout.stepStartedAt,
  endedAt: now,
  score: rollout.score,
});
