import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ROLLOUT_POLICY } from '../../../../core/models/rollout/default-policy.ts';
import { atNextStep, judge, stepOf, withBlocks } from '../../../../core/models/rollout/judge.ts';
import { RolloutPolicy, type RolloutStep } from '../../../../core/models/rollout.ts';
import type { ServingHealth } from '../../../../core/models/serving-health.ts';
import { block, NOW, sampleRollout } from '../samples.ts';

const HEALTHY: ServingHealth = { forecasts: 500, failures: 0, p95Seconds: 0.3, alarms: [] };
const step = (over: Partial<RolloutStep> = {}): RolloutStep => ({
  ...{ name: 'only', stage: 'canary', share: 1, enrolled: 1, minSeconds: 300, minForecasts: 100 },
  ...{ minBlocks: 1, ...over },
});
const policy = (...steps: RolloutStep[]): RolloutPolicy => ({ ...DEFAULT_ROLLOUT_POLICY, steps });

const rollout = (forecasts: number, worse = 0, over = {}) => {
  const begun = sampleRollout({ policy: policy(step()), ...over });
  return forecasts === 0 ? begun : withBlocks(begun, [block(NOW + 60, forecasts, worse)]);
};

describe('a check', () => {
  it('waits until the time of the step and its forecasts are reached, whichever comes last', () => {
    const times = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 3 }),
        (seconds, count, minBlocks) => {
          const given = rollout(count, 0, { policy: policy(step({ minBlocks })) });
          const isReady = seconds >= 300 && count >= 100 && minBlocks === 1;
          expect(judge(given, HEALTHY, NOW + seconds).decision).toBe(isReady ? 'promote' : 'wait');
        },
      ),
    );
  });

  it('goes to the next step before the last, and promotes after it', () => {
    const steps = policy(step({ share: 0.5, enrolled: 0.5 }), step());
    const given = rollout(100, 0, { policy: steps });
    expect(judge(given, HEALTHY, NOW + 300).decision).toBe('next-step');
    const next = atNextStep(given, NOW + 300);
    expect(next).toMatchObject({ step: 1, stepStartedAt: NOW + 300, score: { forecasts: 0, blocks: 0 } });
    expect(next.passed).toMatchObject([{ startedAt: NOW, endedAt: NOW + 300, score: { forecasts: 100 } }]);
    expect(judge(next, HEALTHY, NOW + 600).decision).toBe('wait');
    expect(judge(withBlocks(next, [block(NOW + 400, 100, 0)]), HEALTHY, NOW + 600).decision).toBe('promote');
  });

  const bad: readonly [string, Partial<ServingHealth>, string][] = [
    ['alarms', { alarms: ['ForecastErrors', 'Lag'] }, 'alarms stand: ForecastErrors, Lag'],
    ['failures', { failures: 6 }, '6 of its 500 forecasts failed'],
    ['slowness', { p95Seconds: 2.01 }, '5 % of its forecasts take longer than 2.01 s; 2 s are allowed'],
  ];
  it.each(bad)('rolls back for %s, whatever the forecasts are', (_, health, text) => {
    for (const forecasts of [0, 100])
      expect(judge(rollout(forecasts), { ...HEALTHY, ...health }, NOW + 300)).toMatchObject({
        decision: 'roll-back',
        reason: { text },
      });
  });

  it.each([
    ['a share of failures within the limit', { failures: 5 }],
    ['failures of too few forecasts to tell', { forecasts: 19, failures: 19 }],
    ['time that is allowed', { p95Seconds: 2 }],
    ['no time at all', { p95Seconds: null }],
  ])('accepts %s', (_, health) => {
    expect(judge(rollout(100), { ...HEALTHY, ...health }, NOW + 300).decision).toBe('promote');
  });

  it('rolls back a candidate that loses far more as soon as the step has its forecasts', () => {
    const at = (forecasts: number, worse: number) => judge(rollout(forecasts, worse), HEALTHY, NOW + 60);
    expect(at(100, 0.51)).toMatchObject({ reason: { rule: 'much-worse-forecasts' } });
    expect(at(99, 0.51).decision).toBe('wait');
    expect(at(100, 0.5).decision).toBe('wait');
  });

  it('rolls back a candidate whose band covers less', () => {
    const covering = (candidateCovered: number) =>
      withBlocks(rollout(0), [{ ...block(NOW + 60, 100, 0), candidateCovered, championCovered: 80 }]);
    expect(judge(covering(69), HEALTHY, NOW + 60)).toMatchObject({
      reason: {
        rule: 'coverage',
        text: 'its 80 % band covers 69.0 % of 100 values, and that of the champion 80.0 %',
      },
    });
    expect(judge(covering(70), HEALTHY, NOW + 60).decision).toBe('wait');
  });

  it('rolls back a candidate that the sequential test shows to be worse, at any time of a step', () => {
    const blocks = Array.from({ length: 8 }, (_, index) => block(NOW + 60 * (index + 1), 50, 0.1));
    const verdict = judge(withBlocks(rollout(0), blocks), HEALTHY, NOW + 500);
    expect(verdict).toMatchObject({ decision: 'roll-back', reason: { rule: 'worse-forecasts' } });
    expect(JSON.stringify(verdict)).toContain('after 8 blocks');
    const better = blocks.map(({ at }) => block(at, 50, -0.1));
    expect(judge(withBlocks(rollout(0), better), HEALTHY, NOW + 500).decision).toBe('promote');
  });

  it('rolls back after a day without enough forecasts', () => {
    const at = (seconds: number) => judge(rollout(99), HEALTHY, NOW + seconds);
    expect(at(86_399).decision).toBe('wait');
    expect(at(86_400)).toMatchObject({
      reason: {
        rule: 'too-few-forecasts',
        text: 'step only had 99 of 100 scored forecasts and 1 of 1 blocks after 86400 s',
      },
    });
  });
});

describe('counting', () => {
  it('takes each block once, and those before the step for the test alone', () => {
    const later = sampleRollout({ stepStartedAt: NOW + 100, scoredUntil: NOW });
    const blocks = [block(NOW, 5, 0), block(NOW + 50, 10, 0), block(NOW + 150, 20, 0)];
    const counted = withBlocks(later, blocks);
    expect(counted).toMatchObject({ scoredUntil: NOW + 150, test: { blocks: 2 } });
    expect(counted.score).toMatchObject({ blocks: 1, forecasts: 20 });
    expect(withBlocks(counted, blocks)).toEqual(counted);
  });

  it('fails for a step that the policy does not have', () => {
    expect(() => stepOf(sampleRollout({ step: 99 }))).toThrow('no step 99');
  });
});

describe('a policy', () => {
  const parse = (...steps: RolloutStep[]) => RolloutPolicy.safeParse(policy(...steps)).success;

  it('has shares that rise to 1, in a shadow 0', () => {
    expect(RolloutPolicy.safeParse(DEFAULT_ROLLOUT_POLICY).success).toBe(true);
    expect(parse(step())).toBe(true);
    expect(parse(step({ share: 0.5, enrolled: 0.5 }))).toBe(false);
    expect(parse(step({ share: 0.5 }), step({ share: 0.25 }), step())).toBe(false);
    expect(parse(step({ share: 0.5, enrolled: 0.4 }), step())).toBe(false);
    expect(parse(step({ share: 0, enrolled: 0 }), step())).toBe(false);
    expect(parse(step({ stage: 'shadow', share: 0.1 }), step())).toBe(false);
  });

  it('goes over an experiment with a tenth of the units to 5, 25, 50 and 100 %, five minutes each', () => {
    const { steps } = DEFAULT_ROLLOUT_POLICY;
    expect(steps.map(({ share }) => share)).toEqual([0, 0.05, 0.05, 0.25, 0.5, 1]);
    expect(steps[1]).toMatchObject({ enrolled: 0.1 });
    expect(steps.every(({ minSeconds, minForecasts }) => minSeconds >= 300 && minForecasts >= 500)).toBe(
      true,
    );
  });
});
