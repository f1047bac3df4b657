import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { RolloutPolicy, RolloutStep } from '../rollout.ts';

const MIN_SECONDS = 300;

const canary = (name: string, share: number, enrolled = share): RolloutStep => ({
  ...{ minForecasts: 500, minBlocks: 1 },
  ...{ name, stage: 'canary', share, enrolled, minSeconds: MIN_SECONDS },
});

/**
 * Shadow for two hours of blocks of five minutes, so that the sequential test finds a candidate that is clearly worse
 * before it serves anybody; then an experiment with a tenth of
 * the units, half of them as its control group; then 5, 25, 50 and 100 %. The treated half of the experiment are the units
 * of the first 5 %.
 */
export const DEFAULT_ROLLOUT_POLICY: RolloutPolicy = {
  steps: [
    {
      ...{ name: 'shadow', stage: 'shadow', share: 0, enrolled: 0 },
      ...{ minSeconds: MIN_SECONDS, minForecasts: 2000, minBlocks: 24 },
    },
    canary('A/B', 0.05, 0.1),
    canary('5 %', 0.05),
    canary('25 %', 0.25),
    canary('50 %', 0.5),
    canary('100 %', 1),
  ],
  maxStepSeconds: DAY_SECONDS,
  checkSeconds: 60,
  leaseSeconds: HOUR_SECONDS,
  falseRollbackRate: 0.05,
  maxLossRatio: 1.5,
  maxCoverageLoss: 0.1,
  maxFailureShare: 0.01,
  maxLatencySeconds: 2,
};
