import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affectedObjectives,
  errorBudgetOf,
  leastBudget,
} from '../../../../core/remediation/gate/error-budget.ts';
import { RemediationPolicy, type ServiceObjective } from '../../../../core/remediation/policy.ts';

const HOUR = 3600;
const OBJECTIVE: ServiceObjective = {
  ...{ name: 'fast answers', target: 'web-1', metric: 'latency_ms', objective: 0.99, windowDays: 28 },
  threshold: { direction: 'above', limit: 400 },
};
/** `measured` measurements in as many hours, the first `bad` of them beyond the limit. */
const measurements = (measured: number, bad: number) =>
  Array.from({ length: measured }, (_, i) => ({ at: i * HOUR, value: i < bad ? 401 : 400 }));
const remaining = (measured: number, bad: number, objective = 0.99) =>
  errorBudgetOf({ ...OBJECTIVE, objective }, measurements(measured, bad))?.remaining;

describe('an error budget', () => {
  it('is what the objective permits, less what was bad', () => {
    expect([0, 1, 2, 4].map((bad) => remaining(200, bad))).toEqual([1, 0.5, 0, -1]);
    expect(errorBudgetOf(OBJECTIVE, measurements(200, 1))).toEqual({
      ...{ remaining: 0.5, objective: 'fast answers', measured: 200, bad: 1 },
    });
  });

  it('of values that must not fall counts those below the limit', () => {
    const low = { ...OBJECTIVE, threshold: { direction: 'below' as const, limit: 401 } };
    expect(errorBudgetOf(low, measurements(200, 198))).toMatchObject({ bad: 2, remaining: 0 });
  });

  it('is unknown until a day was measured', () => {
    expect(remaining(23, 23)).toBeUndefined();
    expect(remaining(24, 24)).toBe(-99);
    const often = Array.from({ length: 1000 }, (_, i) => ({ at: i * 60, value: 500 }));
    expect(errorBudgetOf(OBJECTIVE, often)).toBeNull();
    expect(errorBudgetOf(OBJECTIVE, [])).toBeNull();
  });

  it('is used up exactly if the share of good measurements is not above the objective', () => {
    const cases = fc.record({
      measured: fc.integer({ min: 24, max: 2000 }),
      percent: fc.integer({ min: 50, max: 99 }),
      badShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ measured, percent, badShare }) => {
        const bad = Math.round(badShare * measured);
        const isUsedUp = remaining(measured, bad, percent / 100)! <= 0;
        // In whole numbers, which have no rounding error.
        expect(isUsedUp).toBe(100 * (measured - bad) <= percent * measured);
      }),
    );
  });

  it('of several is the least known one', () => {
    const budgets = [{ remaining: 0.5 }, null, { remaining: -0.1 }, { remaining: 0.2 }];
    expect(leastBudget(budgets)).toEqual({ remaining: -0.1 });
    expect(leastBudget(budgets.toReversed())).toEqual({ remaining: -0.1 });
    expect([leastBudget([]), leastBudget([null, null])]).toEqual([null, null]);
  });
});

describe('the objectives that an action touches', () => {
  const actions = [{ action: 'scale-out-group', parameters: {} }];
  const policy = RemediationPolicy.parse({
    environments: { shop: { stage: 'automatic' } },
    resources: [
      { resource: 'auto-scaling-group:web', environment: 'shop', targets: ['web-1', 'web-2'], actions },
      { resource: 'auto-scaling-group:api', environment: 'shop', targets: ['api-1'], actions },
    ],
    objectives: ['web-1', 'web-2', 'api-1'].map((target) => ({
      ...{ name: target, target, metric: 'latency_ms', objective: 0.9 },
      threshold: OBJECTIVE.threshold,
    })),
  });
  const names = (targets: readonly string[], resource: string | null) =>
    affectedObjectives(policy, targets, resource).map(({ name }) => name);

  it('are those of its targets and of all targets of its resource', () => {
    expect(names(['web-1'], 'auto-scaling-group:web')).toEqual(['web-1', 'web-2']);
    expect(names(['web-1'], null)).toEqual(['web-1', 'web-2']);
    expect(names(['web-1'], 'auto-scaling-group:api')).toEqual(['web-1', 'api-1']);
    expect(names(['db-1'], null)).toEqual([]);
    expect(affectedObjectives(undefined, ['web-1'], null)).toEqual([]);
  });

  it('have names of their own, and targets that the policy has', () => {
    const [first, second] = policy.objectives;
    const parsed = (...objectives: readonly object[]) =>
      RemediationPolicy.safeParse({ ...policy, objectives }).error?.issues.map(({ path, message }) =>
        [...path, message].join(' '),
      );
    expect(parsed(first!, { ...second!, name: first!.name })).toEqual([
      'objectives 1 name found "web-1" again, expected each objective once',
    ]);
    expect(parsed(second!, { ...first!, target: 'db-1' })).toEqual([
      'objectives 1 target found "db-1", expected a target of a resource of the policy',
    ]);
    expect(parsed({ ...first!, objective: 1 })).toHaveLength(1);
  });
});
