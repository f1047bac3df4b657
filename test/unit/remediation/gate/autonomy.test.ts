import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf } from '../../../../core/remediation/gate/autonomy.ts';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { EnvironmentPolicy } from '../../../../core/remediation/policy.ts';
import type { Outcome } from '../../../../core/remediation/track-record.ts';
import { DAY_SECONDS } from '../../../../core/shared/time.ts';
import { anOutcome, aPlan, aPolicy, aWorld, NOW, outcomes, planOf } from './allowed-world.ts';

const ACTION = 'scale-out-group';
const standing = (...all: Outcome[]) => standingOf({ outcomes: all }, ACTION, 'shop', NOW);
/** One a day, the newest last. */
const daily = (...results: Outcome['result'][]): Outcome[] =>
  results.map((result, i) => anOutcome({ result, at: NOW - (results.length - i) * DAY_SECONDS }));
const succeeded = (count: number): Outcome['result'][] => Array.from({ length: count }, () => 'succeeded');

describe('an action', () => {
  it('has earned nothing without ten outcomes', () => {
    expect(standing(...daily(...succeeded(9)))).toMatchObject({
      ...{ isEarned: false, succeeded: 9, failed: 0 },
      missing: 'it has 9 of 10 proven outcomes within 180 days',
    });
    expect(standing(...daily(...succeeded(10)))).toMatchObject({ isEarned: true, missing: '' });
  });

  it('knows its success rate with a probability of 90 %', () => {
    expect(standing(...daily(...succeeded(10))).atLeast).toBeCloseTo(0.8764, 4);
    expect(standing(...daily('failed', ...succeeded(9))).atLeast).toBeCloseTo(0.7254, 4);
    expect(standing(...daily('failed', ...succeeded(9))).isEarned).toBe(true);
    expect(standing(...daily('failed', 'failed', ...succeeded(8)))).toMatchObject({
      ...{ isEarned: false, succeeded: 8, failed: 2 },
      missing: 'its success rate is only known to be at least 0.61, and 0.7 is needed',
    });
  });

  it('loses what it earned by a failure among its last three outcomes', () => {
    const afterFailure = (count: number) =>
      standing(...daily(...succeeded(20), 'failed', ...succeeded(count)));
    expect(afterFailure(0).missing).toBe('one of its last 3 outcomes failed');
    expect(afterFailure(2).isEarned).toBe(false);
    expect(afterFailure(3).isEarned).toBe(true);
  });

  it('is judged by the time of its outcomes, not their order; of two at once, the failure is the newer one', () => {
    const [failed, ...rest] = daily('failed', ...succeeded(12));
    expect(standing(...rest, failed!).isEarned).toBe(true);
    const last = { at: rest.at(-1)!.at };
    const both = [anOutcome({ ...last, result: 'failed' }), ...outcomes(3, last)];
    expect(standing(...rest, ...both).isEarned).toBe(false);
    expect(standing(...rest, ...both.toReversed()).isEarned).toBe(false);
  });

  it('earns nothing by unproven outcomes, and they push out nothing', () => {
    expect(standing(...daily(...succeeded(9), 'unproven')).isEarned).toBe(false);
    expect(standing(...daily(...succeeded(20), 'failed', 'unproven', 'unproven', 'unproven')).isEarned).toBe(
      false,
    );
  });

  it('earns nothing by outcomes that are too old, or from the future', () => {
    const at = (seconds: number) => standing(...outcomes(9), anOutcome({ at: seconds })).isEarned;
    expect(at(NOW - 180 * DAY_SECONDS)).toBe(false);
    expect(at(NOW - 180 * DAY_SECONDS + 1)).toBe(true);
    expect(at(NOW + 60)).toBe(true);
    expect(at(NOW + 61)).toBe(false);
    expect(standing(...outcomes(20), anOutcome({ at: NOW + 999, result: 'failed' })).isEarned).toBe(false);
  });

  it('earns nothing by other actions, or in other environments', () => {
    expect(standing(...outcomes(9), anOutcome({ action: 'scale-in-group' })).succeeded).toBe(9);
    expect(standing(...outcomes(9), anOutcome({ environment: 'office' })).succeeded).toBe(9);
  });

  it('never loses by a further success, nor gains by a further failure', () => {
    const results = fc.array(fc.constantFrom('succeeded' as const, 'failed' as const), { maxLength: 25 });
    fc.assert(
      fc.property(results, (before) => {
        const { isEarned, atLeast } = standing(...daily(...before, 'succeeded'));
        expect(standing(...daily(...before, 'failed')).isEarned).toBe(false);
        expect(atLeast).toBeGreaterThanOrEqual(standing(...daily(...before)).atLeast);
        if (standing(...daily(...before)).isEarned) expect(isEarned).toBe(true);
      }),
    );
  });
});

describe('the stage in force', () => {
  const trusted = { track: { outcomes: outcomes(12) }, approvals: [] };
  const verdict = (
    environment: Partial<EnvironmentPolicy>,
    world: Partial<GateWorld> = {},
    over: Partial<RemediationPlan> = {},
  ) => {
    const { mode, rules } = judge(
      aPlan(over),
      aWorld({ policy: aPolicy(environment), ...trusted, ...world }),
    );
    return [mode, rules.at(-1)?.detail];
  };
  const choosing = { phase: 'choosing', present: null } as const;
  const automatic = { stage: 'automatic' } as const;
  const upTo = (maxStage: EnvironmentPolicy['stage']) => ({ ceiling: { ...aWorld().ceiling, maxStage } });

  it.each<[EnvironmentPolicy['stage'], string, string]>([
    ['observe', 'refused', 'refused'],
    ['suggest', 'suggest', 'refused'],
    ['approve', 'ask', 'refused'],
    ['automatic', 'act', 'act'],
  ])('%s: %s while choosing, %s while acting without approval', (stage, whileChoosing, whileActing) => {
    expect(verdict({ stage }, choosing)[0]).toBe(whileChoosing);
    expect(verdict({ stage })[0]).toBe(whileActing);
    expect(verdict(automatic, { ...choosing, ...upTo(stage) })[0]).toBe(whileChoosing);
  });

  it('automatic lets a trusted action act alone', () => {
    expect(verdict(automatic)).toEqual(['act', 'it has earned to act alone']);
  });

  it.each<[string, Partial<GateWorld>, Partial<RemediationPlan>, string]>([
    [
      'an action that did not earn it',
      { track: { outcomes: [] } },
      {},
      'it has 0 of 10 proven outcomes within 180 days',
    ],
    [
      'what a person requests',
      {},
      {
        cause: {
          kind: 'request',
          requestId: 'q',
          action: ACTION,
          resource: aPlan().resource,
          reason: '',
          requestedBy: 'bob',
        },
      },
      'a person asked for it',
    ],
    [
      'what the owner always wants to approve',
      {
        policy: aPolicy(automatic, {
          actions: [{ action: ACTION, parameters: { max: 10, usdPerUnitHour: 0.5 }, approval: 'always' }],
        }),
      },
      {},
      'the policy always wants an approval',
    ],
  ])('automatic asks people about %s', (_, world, over, reason) => {
    expect(verdict(automatic, { ...choosing, ...world }, over)).toEqual(['ask', `needs approval: ${reason}`]);
  });

  const asked = (
    id: string,
    parameters: object,
    from: object,
    resource: string,
    errorBudget: GateWorld['errorBudget'] = null,
  ) => {
    const plan = planOf(
      id,
      parameters as RemediationPlan['parameters'],
      from as RemediationPlan['parameters'],
      { resource },
    );
    const actions = [
      { action: id, parameters: parameters as Record<string, never>, approval: 'by-risk' as const },
    ];
    const world = aWorld({
      ...choosing,
      ...{ policy: aPolicy(automatic, { resource, actions }), errorBudget },
      ceiling: { ...aWorld().ceiling, actions: [id] },
      track: { outcomes: outcomes(12, { action: id }) },
    });
    const { mode, rules } = judge(plan, world);
    return [mode, rules.at(-1)?.detail];
  };

  it('automatic asks people about risks, and about what is permanent', () => {
    const from = { generation: 'a', units: 2, isBusy: false };
    expect(asked('restart-service', {}, from, 'ecs-service:shop/api')[0]).toBe('act');
    const alias = { version: '7', available: ['6', '7'], units: 1, isBusy: false };
    expect(asked('roll-back-alias', {}, alias, 'lambda-alias:shop/live')).toEqual([
      'ask',
      'needs approval: its risk is medium',
    ]);
  });

  const SERVICE = 'ecs-service:shop/api';

  it('automatic asks people while the error budget is used up, unless the action helps at once', () => {
    const restart = (remaining: number) =>
      asked('restart-service', {}, { generation: 'a', units: 2, isBusy: false }, SERVICE, { remaining });
    expect(restart(0.01)[0]).toBe('act');
    expect(restart(0)).toEqual(['ask', 'needs approval: the error budget is used up']);
    const named = asked('restart-service', {}, { generation: 'a', units: 2, isBusy: false }, SERVICE, {
      ...{ remaining: -0.5, objective: 'fast answers', measured: 100, bad: 15 },
    });
    expect(named).toEqual(['ask', 'needs approval: the error budget of fast answers is used up']);
    const unreadable = { remaining: 0, objective: 'fast answers', unreadable: 'a block is damaged' };
    expect(
      asked('restart-service', {}, { generation: 'a', units: 2, isBusy: false }, SERVICE, unreadable),
    ).toEqual([
      'ask',
      'needs approval: the error budget of fast answers cannot be computed: a block is damaged',
    ]);
    expect(verdict(automatic, { ...choosing, errorBudget: unreadable })[0]).toBe('act');
    expect(verdict(automatic, { ...choosing, errorBudget: { remaining: -0.2 } })[0]).toBe('act');
  });
});
