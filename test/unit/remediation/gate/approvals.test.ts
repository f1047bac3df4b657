import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import {
  anApproval,
  aPlan,
  aPolicy,
  aWorld,
  inWorld,
  NOW,
  person,
  planOf,
  RESOURCE,
  refusing,
} from './allowed-world.ts';

describe('approvals count', () => {
  const approved = (...approvals: GateWorld['approvals']) => inWorld({ approvals }).length === 0;

  it('from people only', () => {
    expect(approved()).toBe(false);
    for (const kind of ['key', 'token', 'unknown'] as const)
      expect(approved(anApproval({ by: { kind, name: 'ada' } }))).toBe(false);
  });

  it('for exactly this plan', () => {
    expect(approved(anApproval({}, aPlan({ expectedSuccess: 0.81 })))).toBe(false);
    expect(approved(anApproval({}, aPlan({ expectedSuccess: 0.81 })), anApproval())).toBe(true);
  });

  it('while the plan is valid', () => {
    expect(approved(anApproval({ at: NOW - 61 }))).toBe(false);
    expect(approved(anApproval({ at: NOW - 60 }))).toBe(true);
    expect(approved(anApproval({ at: NOW + 60 }))).toBe(true);
    expect(approved(anApproval({ at: NOW + 61 }))).toBe(false);
    const expiresAt = NOW + 30;
    const plan = aPlan({ expiresAt });
    expect(refusing(plan, { approvals: [anApproval({ at: expiresAt }, plan)] })).toEqual(['autonomy']);
    expect(refusing(plan, { approvals: [anApproval({ at: expiresAt - 1 }, plan)] })).toEqual([]);
  });

  it('of others than the one who asked', () => {
    const cause = {
      ...{ kind: 'request' as const, requestId: 'q', reason: '', requestedBy: 'Ada ' },
      ...{ action: 'scale-out-group', resource: RESOURCE },
    } satisfies RemediationPlan['cause'];
    const plan = aPlan({ cause });
    const by = (name: string) => refusing(plan, { approvals: [anApproval({ by: person(name) }, plan)] });
    expect(by('ada')).toEqual(['autonomy']);
    expect(by('bob')).toEqual([]);
  });
});

describe('a high risk', () => {
  const resource = 'load-balancer-listener:app/shop/0123456789abcdef/0123456789abcdef';
  const from = { weights: { blue: 100, green: 0 }, healthy: { blue: 2, green: 2 } };
  const parameters = { from: 'blue', to: 'green', share: 0.5 };
  const plan = planOf('shift-traffic', parameters, from, { resource });
  const policy = aPolicy(
    { stage: 'automatic' },
    { resource, actions: [{ action: 'shift-traffic', parameters, approval: 'by-risk' }] },
  );
  const world = (names: readonly string[]) =>
    aWorld({
      ...{ policy, present: from, ceiling: { ...aWorld().ceiling, actions: ['shift-traffic'] } },
      approvals: names.map((name) => anApproval({ by: person(name) }, plan)),
    });

  it('needs two people', () => {
    expect(judge(plan, { ...world([]), phase: 'choosing' })).toMatchObject({ mode: 'ask', needed: 2 });
    expect(judge(plan, world(['ada']))).toMatchObject({ mode: 'refused', needed: 2 });
    expect(judge(plan, world(['ada', 'ADA', 'ada ']))).toMatchObject({ mode: 'refused' });
    expect(judge(plan, world(['ada', 'bob']))).toMatchObject({ mode: 'act', needed: 2 });
  });

  it('says why people are needed', () => {
    expect(judge(plan, world(['ada'])).refusals).toMatchObject([
      { reason: 'approvals: 1 of 2; needed because its risk is high' },
    ]);
  });
});
