import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import {
  anEntry,
  aPlan,
  aPolicy,
  aWorld,
  inWorld,
  NOW,
  RESOURCE,
  refusing,
  withPolicy,
} from './allowed-world.ts';

describe('a plan that every rule allows', () => {
  it('may be carried out', () => {
    const verdict = judge(aPlan(), aWorld());
    expect(verdict).toMatchObject({ mode: 'act', needed: 1, refusals: [] });
    expect(verdict.rules).toHaveLength(29);
    expect(verdict.rules.every(({ passed }) => passed)).toBe(true);
    expect(verdict.rules.at(-1)).toEqual({ rule: 'autonomy', passed: true, detail: 'approvals: 1 of 1' });
  });

  it('is put to people while choosing', () => {
    const verdict = judge(aPlan(), aWorld({ phase: 'choosing', present: null, approvals: [] }));
    expect(verdict).toMatchObject({ mode: 'ask', needed: 1, refusals: [] });
    expect(verdict.rules.at(-1)?.detail).toBe('needs approval: the stage is approve');
  });
});

describe('what cannot be read refuses:', () => {
  const rulesOf = (plan: object, world: object): readonly string[] =>
    judge(plan as RemediationPlan, world as GateWorld).refusals.map(({ rule }) => rule);

  it.each<[string, object, object, string]>([
    ['a plan without a field', { ...aPlan(), change: undefined }, aWorld(), 'inputs'],
    ['a plan with an unknown field', { ...aPlan(), note: 'x' }, aWorld(), 'inputs'],
    [
      'a confidence that is not a number',
      aPlan({ problem: { ...aPlan().problem, confidence: Number.NaN } }),
      aWorld(),
      'inputs',
    ],
    [
      'costs that are not a number',
      aPlan({ cost: { usdPerHour: Number.NaN, usdOnce: 0, basis: '' } }),
      aWorld(),
      'inputs',
    ],
    ['an unknown phase', aPlan(), { ...aWorld(), phase: 'later' }, 'inputs'],
    ['a kill switch that cannot be read', aPlan(), { ...aWorld(), killSwitch: { isOn: 'no' } }, 'inputs'],
    ['a missing kill switch', aPlan(), { ...aWorld(), killSwitch: undefined }, 'inputs'],
    [
      'a damaged ledger',
      aPlan(),
      { ...aWorld(), ledger: { entries: [{ ...anEntry(), units: 0 }] } },
      'inputs',
    ],
    ['a missing policy', aPlan(), aWorld({ policy: null }), 'policy'],
    ['a policy with an unknown field', aPlan(), aWorld({ policy: { ...aPolicy(), limits: 1 } }), 'policy'],
    [
      'a policy with too low a confidence',
      aPlan(),
      aWorld({ policy: { environments: { shop: { stage: 'approve', minConfidence: 0.8 } } } }),
      'policy',
    ],
  ])('%s', (_, plan, world, rule) => {
    expect(rulesOf(plan, world)).toEqual([rule]);
  });

  it('a malformed part of the policy that is about another resource', () => {
    const resources = [
      ...aPolicy().resources,
      {
        ...aPolicy().resources[0]!,
        resource: 'auto-scaling-group:b',
        actions: [{ action: 'grow', parameters: {}, approval: 'always' as const }],
      },
    ];
    const { refusals } = judge(aPlan(), aWorld({ policy: aPolicy({}, {}, { resources }) }));
    expect(refusals).toEqual([
      {
        rule: 'policy',
        reason: 'auto-scaling-group:b: no action grow',
        remedy: 'correct the policy and store it again',
      },
    ]);
  });

  it('all in one verdict that says which rule did not pass', () => {
    const { rules, mode, needed } = judge(aPlan(), aWorld({ policy: null }));
    expect({ rules, mode, needed }).toEqual({
      ...{ mode: 'refused', needed: 0 },
      rules: [{ rule: 'policy', passed: false, detail: 'the tenant has no remediation policy' }],
    });
  });
});

describe('the policy must have', () => {
  it.each<[string, Partial<RemediationPlan>, string]>([
    ['the environment', { environment: 'lab' }, 'managed-resource'],
    ['the resource in this environment', { environment: 'office' }, 'managed-resource'],
    ['the resource', { resource: 'auto-scaling-group:other' }, 'managed-resource'],
    ['no environment by a name of JavaScript', { environment: 'constructor' }, 'managed-resource'],
    ['the action', { action: { id: 'scale-in-group', version: 1 } }, 'allowed-action'],
  ])('%s', (_, over, rule) => {
    expect(refusing(over)).toEqual([rule]);
  });
});

describe('people stop actions by', () => {
  const isOn = { isOn: true, reason: 'migration', by: 'ada', at: NOW };

  it('the kill switch', () => {
    expect(inWorld({ killSwitch: isOn })).toEqual(['kill-switch']);
    expect(inWorld({ killSwitch: { ...isOn, isOn: false } })).toEqual([]);
  });

  it('actions that are not deployed', () => {
    expect(inWorld({ ceiling: { ...aWorld().ceiling, actions: ['scale-in-group'] } })).toEqual([
      'deployed-action',
    ]);
  });

  it('protected resources', () => {
    expect(withPolicy({ protectedResources: [RESOURCE] })).toEqual(['protected-resource']);
    expect(withPolicy({ protectedResources: ['auto-scaling-group:web2'] })).toEqual([]);
  });

  it('frozen times', () => {
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
    const frozen = (from: number, to: number) =>
      withPolicy({ freezeWindows: [{ from: iso(from), to: iso(to), reason: 'sale' }] });
    expect(frozen(NOW, NOW + 1)).toEqual(['freeze']);
    expect(frozen(NOW - 1, NOW)).toEqual([]);
    expect(frozen(NOW + 1, NOW + 2)).toEqual([]);
  });
});

describe('a refusal', () => {
  it('says what was found and what would change it, for every rule', () => {
    const plan = aPlan({ problem: { ...aPlan().problem, confidence: 0.5 } });
    const { refusals, rules } = judge(
      plan,
      aWorld({ killSwitch: { isOn: true, reason: 'migration', by: 'a', at: 1 } }),
    );
    expect(refusals).toEqual([
      { rule: 'kill-switch', reason: 'the kill switch is on: migration', remedy: 'turn the kill switch off' },
      {
        ...{ rule: 'confidence', reason: 'the confidence is 0.5, and more than 0.85 is needed' },
        remedy: 'wait for more evidence, such as a later forecast',
      },
      {
        ...{ rule: 'autonomy', reason: 'approvals: 0 of 1; needed because the stage is approve' },
        remedy: 'approval by people, or a higher stage of the environment and of the deployment',
      },
    ]);
    expect(rules.filter(({ passed }) => !passed).map(({ detail }) => detail)).toEqual(
      refusals.map(({ reason }) => reason),
    );
  });
});
