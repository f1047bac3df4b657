import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { EnvironmentPolicy } from '../../../../core/remediation/policy.ts';
import { DAY_SECONDS, WEEK_SECONDS } from '../../../../core/shared/time.ts';
import {
  anApproval,
  aPlan,
  aPolicy,
  aWorld,
  FIVE,
  inWorld,
  ledgerOf,
  NOW,
  outcomes,
  planOf,
  RESOURCE,
  refusing,
} from './allowed-world.ts';

/** Nobody has to approve, so that approvals do not depend on the time of the plan. */
const aloneWith = (over: Partial<RemediationPlan>) =>
  refusing(over, {
    ...{ approvals: [], policy: aPolicy({ stage: 'automatic' }), track: { outcomes: outcomes(12) } },
  });

describe('the plan must', () => {
  it('be for the present version of the action', () => {
    expect(refusing({ action: { id: 'scale-out-group', version: 2 } })).toEqual(['action-version']);
  });

  it.each<[string, Partial<RemediationPlan>]>([
    ['effect', { effect: 'repairs' }],
    ['risk', { risk: 'medium' }],
    ['reversibility', { reversibility: 'fades' }],
  ])('have the %s of the catalogue', (_, over) => {
    expect(refusing(over)).toEqual(['plan-matches-catalogue']);
  });

  it('have the parameters of the policy', () => {
    expect(refusing({ parameters: { add: 1, max: 11, usdPerUnitHour: 0.5 } })).toEqual(['stated-parameters']);
  });

  it('not be for a later version of the policy', () => {
    expect(inWorld({ policyVersion: 1 })).toEqual(['policy-version']);
    expect(inWorld({ policyVersion: 3 })).toEqual([]);
  });

  it('be what was requested', () => {
    const request = { kind: 'request', requestId: 'q', reason: '', requestedBy: 'bob' } as const;
    const asked = (action: string, resource: string) => refusing({ cause: { ...request, action, resource } });
    expect(asked('scale-out-group', RESOURCE)).toEqual([]);
    expect(asked('scale-in-group', RESOURCE)).toEqual(['as-requested']);
    expect(asked('scale-out-group', 'auto-scaling-group:api')).toEqual(['as-requested']);
  });

  it('be about a target of the resource', () => {
    const about = (...targetIds: string[]) => refusing({ problem: { ...aPlan().problem, targetIds } });
    expect(about('db-1')).toEqual(['covered-targets']);
    expect(about('db-1', 'web-2')).toEqual([]);
  });

  it.each([
    [0.85, 0.85, true],
    [0.85, 0.8501, false],
    [0.9, 0.9, true],
    [0.9, 0.9001, false],
  ])('have more than a confidence of %d: %d is refused: %s', (minConfidence, confidence, isRefused) => {
    const policy = aPolicy({ minConfidence });
    const rules = refusing({ problem: { ...aPlan().problem, confidence } }, { policy });
    expect(rules).toEqual(isRefused ? ['confidence'] : []);
  });

  it('not have expired', () => {
    expect(aloneWith({ expiresAt: NOW })).toEqual(['expiry']);
    expect(aloneWith({ expiresAt: NOW + 1 })).toEqual([]);
  });

  it('not be older than the policy allows, whatever it says itself', () => {
    const policy = aPolicy({ planMinutes: 10, approvalMinutes: 20 });
    const planned = (plannedAt: number) => refusing({ plannedAt, expiresAt: NOW + 9999 }, { policy });
    expect(planned(NOW - 1800)).toEqual(['expiry']);
    expect(planned(NOW - 1799)).toEqual([]);
  });

  it('not be from the future, apart from the difference of clocks', () => {
    expect(aloneWith({ plannedAt: NOW + 60 })).toEqual([]);
    expect(aloneWith({ plannedAt: NOW + 61 })).toEqual(['expiry']);
  });

  it('say when it is valid, however far in the future that is', () => {
    const { refusals } = judge(aPlan({ expiresAt: 9e15, plannedAt: 8.9e15 }), aWorld());
    expect(refusals.map(({ reason }) => reason)).toContain(
      'the plan is valid from +275760-09-13T00:00:00.000Z to +275760-09-13T00:00:00.000Z',
    );
  });
});

describe('a plan because of an alert must be about what the policy says of the alert:', () => {
  const cause = { kind: 'alert', source: 'cloudwatch', name: 'cpu', receivedAt: NOW - 600 } as const;
  const mapping = {
    ...{ source: 'cloudwatch' as const, name: 'cpu', alertType: 'cpu-high', resource: RESOURCE },
    ...{ metric: 'cpu', minMinutes: 5 },
  };
  const other = { ...aPolicy().resources[0]!, resource: 'auto-scaling-group:other' };
  const resources = [...aPolicy().resources, other];

  it.each<[string, object, readonly string[]]>([
    ['of this resource', {}, []],
    ['not of another name', { name: 'memory' }, ['mapped-alert']],
    ['not of another source', { source: 'webhook' }, ['mapped-alert']],
    ['not of another type', { alertType: 'memory-high' }, ['mapped-alert']],
    ['not of another resource', { resource: other.resource }, ['mapped-alert']],
  ])('%s', (_, over, rules) => {
    const policy = aPolicy({}, {}, { resources, alerts: [{ ...mapping, ...over }] });
    expect(refusing({ cause }, { policy })).toEqual(rules);
  });
});

describe('the change must', () => {
  it('start from the present state, apart from what fluctuates', () => {
    expect(inWorld({ present: { ...FIVE, desired: 4 } })).toContain('unchanged');
    expect(inWorld({ present: { ...FIVE, max: 19 } })).toContain('unchanged');
    expect(inWorld({ present: { ...FIVE, inService: 3 } })).toEqual([]);
  });

  it('start from a state that is known', () => {
    expect(inWorld({ present: null })).toEqual(['unchanged', 'follows-from-state']);
    expect(inWorld({ present: { desired: 5 } })).toEqual(['unchanged', 'follows-from-state']);
    const from = { desired: 5 };
    expect(refusing({ change: { ...aPlan().change, from } })).toEqual(['unchanged', 'cost']);
  });

  it('be judged without a present state while choosing', () => {
    expect(inWorld({ phase: 'choosing', present: null })).toEqual([]);
  });

  it('be what the action does to this state', () => {
    const to = (desired: number) => refusing({ change: { ...aPlan().change, to: { ...FIVE, desired } } });
    expect(to(7)).toEqual(['follows-from-state']);
    expect(to(4)).toEqual(['follows-from-state']);
    expect(refusing({ change: { ...aPlan().change, to: { desired: 6 } } })).toEqual([
      'follows-from-state',
      'cost',
    ]);
  });

  it('touch as many units as the action does', () => {
    const parameters = { add: 2, max: 10, usdPerUnitHour: 0.5 };
    const actions = [{ action: 'scale-out-group', parameters, approval: 'by-risk' as const }];
    const cost = { usdPerHour: 1, usdOnce: 0, basis: '' };
    const touched = (touches: number) => {
      const change = { ...aPlan().change, to: { ...FIVE, desired: 7 }, touches };
      return refusing({ parameters, cost, change }, { policy: aPolicy({}, { actions }) });
    };
    expect(touched(1)).toEqual(['follows-from-state']);
    expect(touched(2)).toEqual([]);
  });

  it('still be possible', () => {
    const from = { generation: 'a', units: 2, isBusy: false };
    const resource = 'ecs-service:shop/api';
    const plan = planOf('restart-service', {}, from, { resource });
    const actions = [{ action: 'restart-service', parameters: {}, approval: 'by-risk' as const }];
    const policy = aPolicy({}, { resource, actions });
    const ceiling = { ...aWorld().ceiling, actions: ['restart-service'] };
    const approvals = [anApproval({}, plan)];
    const refusals = (present: GateWorld['present']) =>
      judge(plan, aWorld({ policy, ceiling, approvals, present })).refusals;
    expect(refusals(from)).toEqual([]);
    expect(refusals({ ...from, units: 3 }).map(({ rule }) => rule)).toContain('follows-from-state');
    const smaller = { ...plan, change: { ...plan.change, touches: 1 } };
    expect(
      judge(smaller, aWorld({ policy, ceiling, approvals: [anApproval({}, smaller)], present: from }))
        .refusals,
    ).toMatchObject([{ rule: 'follows-from-state', remedy: 'plan it again' }]);
    expect(refusals({ ...from, isBusy: true })).toEqual([
      {
        ...{ rule: 'follows-from-state', reason: 'it is being deployed or restarted already' },
        remedy: 'wait, or plan it again',
      },
    ]);
  });

  it('not cost more than the policy allows, by the plan or by the catalogue', () => {
    const costing = (usdPerHour: number, usdOnce: number, environment: Partial<EnvironmentPolicy>) =>
      refusing({ cost: { usdPerHour, usdOnce, basis: '' } }, { policy: aPolicy(environment) });
    expect(costing(0.5, 0, { maxUsdPerHour: 0.5 })).toEqual([]);
    expect(costing(0.5, 0.01, { maxUsdPerHour: 0.5 })).toEqual(['cost']);
    expect(costing(0, 0, { maxUsdPerHour: 0.49 })).toEqual(['cost']);
  });
});

describe('a rollback', () => {
  const action = 'roll-back-alias';
  const resource = 'lambda-alias:shop/live';
  const from = { version: '7', available: ['6', '7'], units: 1, isBusy: false };
  const policy = aPolicy({}, { resource, actions: [{ action, parameters: {}, approval: 'by-risk' }] });
  const ceiling = { ...aWorld().ceiling, actions: [action] };
  const rules = (world: Partial<GateWorld>, over: Partial<RemediationPlan> = {}) => {
    const plan = planOf(action, {}, from, { resource, ...over });
    const approvals = [anApproval({}, plan)];
    const { refusals } = judge(plan, aWorld({ policy, ceiling, approvals, present: from, ...world }));
    return refusals.map(({ rule }) => rule);
  };
  const earlier = (at: number, over = {}) => ledgerOf({ resource, action, at, ...over });

  it('restores the version of the plan', () => {
    expect(rules({})).toEqual([]);
    expect(rules({ present: { ...from, version: '8' } })).toEqual(['unchanged', 'follows-from-state']);
    expect(rules({ present: { ...from, available: ['7'] } })).toEqual(['follows-from-state']);
  });

  it('happens once a week, unless a person requests it', () => {
    expect(rules(earlier(NOW - WEEK_SECONDS - 59))).toEqual(['one-rollback']);
    expect(rules(earlier(NOW - WEEK_SECONDS - 60))).toEqual([]);
    const cause = {
      ...{ kind: 'request' as const, requestId: 'q', reason: '', requestedBy: 'bob', action, resource },
    };
    expect(rules(earlier(NOW - DAY_SECONDS), { cause })).toEqual([]);
  });

  it('may follow other changes', () => {
    expect(rules(earlier(NOW - DAY_SECONDS, { resource: 'lambda-alias:shop/test' }))).toEqual([]);
    expect(rules(earlier(NOW - DAY_SECONDS, { action: 'shift-alias-traffic' }))).toEqual([]);
    expect(
      inWorld(ledgerOf({ resource: RESOURCE, action: 'scale-out-group', at: NOW - DAY_SECONDS })),
    ).toEqual([]);
  });
});
