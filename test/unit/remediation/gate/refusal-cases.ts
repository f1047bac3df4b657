/** For each rule of the gate a plan and a world that it refuses, with what it says: people read both at night. */
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import { HOUR_SECONDS } from '../../../../core/shared/time.ts';
import { anEntry, aPlan, aPolicy, aWorld, FIVE, ledgerOf, NOW, planOf, RESOURCE } from './allowed-world.ts';

const ceiling = (over: Partial<GateWorld['ceiling']>): Partial<GateWorld> => ({
  ceiling: { ...aWorld().ceiling, ...over },
});
const policy = (over: Parameters<typeof aPolicy>[0]): Partial<GateWorld> => ({ policy: aPolicy(over) });
const own = { resource: RESOURCE, action: 'scale-out-group' } as const;
const manyEntries: GateWorld['ledger'] = {
  entries: Array.from({ length: 4000 }, (_, i) => anEntry({ remediationId: `old-${i}`, at: NOW - 600_000 })),
};
const rollback = planOf(
  'roll-back-alias',
  {},
  { version: '7', available: ['6', '7'], units: 1, isBusy: false },
  { resource: 'lambda-alias:shop/live' },
);
const ofAlias = {
  policy: aPolicy(
    {},
    {
      resource: rollback.resource,
      actions: [{ action: 'roll-back-alias', parameters: {}, approval: 'by-risk' }],
    },
  ),
  ...ceiling({ actions: ['roll-back-alias'] }),
  present: rollback.change.from,
};

/** A plan and a world that differ in one point from those which every rule allows. */
export interface RefusalCase {
  readonly rule: string;
  readonly plan?: RemediationPlan | Partial<RemediationPlan>;
  readonly world?: Partial<GateWorld>;
  readonly reason: string;
  readonly remedy: string;
}

const AGAIN = 'plan it again';
const HIGHER_STAGE = 'approval by people, or a higher stage of the environment and of the deployment';
const CORRECT_POLICY = 'correct the policy and store it again';

const STOPPED: readonly RefusalCase[] = [
  {
    rule: 'kill-switch',
    world: { killSwitch: { isOn: true, reason: 'migration', by: 'a', at: 1 } },
    reason: 'the kill switch is on: migration',
    remedy: 'turn the kill switch off',
  },
  {
    rule: 'deployed-action',
    world: ceiling({ actions: [] }),
    reason: 'the stage does not deploy scale-out-group',
    remedy: 'add it to remediation.actions of the stage and deploy',
  },
  {
    rule: 'protected-resource',
    world: policy({ protectedResources: [RESOURCE] }),
    reason: 'auto-scaling-group:web is protected',
    remedy: 'remove it from protectedResources of the policy',
  },
  {
    rule: 'freeze',
    world: policy({
      freezeWindows: [{ from: '2020-01-01T00:00:00.000Z', to: '2120-01-01T00:00:00.000Z', reason: 'sale' }],
    }),
    reason: 'changes are frozen from 2020-01-01T00:00:00.000Z to 2120-01-01T00:00:00.000Z (sale)',
    remedy: 'wait for the end of the window, or remove it from freezeWindows of the policy',
  },
  {
    rule: 'autonomy',
    world: { approvals: [] },
    reason: 'approvals: 0 of 1; needed because the stage is approve',
    remedy: HIGHER_STAGE,
  },
  {
    rule: 'autonomy',
    world: policy({ stage: 'observe' }),
    reason: 'the stage is observe',
    remedy: HIGHER_STAGE,
  },
  {
    rule: 'autonomy',
    world: policy({ stage: 'suggest' }),
    reason: 'the stage is suggest',
    remedy: HIGHER_STAGE,
  },
];

const NOT_PERMITTED: readonly RefusalCase[] = [
  {
    rule: 'policy',
    world: { policy: null },
    reason: 'the tenant has no remediation policy',
    remedy: 'store a policy',
  },
  {
    rule: 'policy',
    world: { policy: { ...aPolicy(), limits: 1 } },
    reason: 'the policy cannot be read: limits: Unrecognized key: "limits"',
    remedy: CORRECT_POLICY,
  },
  {
    rule: 'managed-resource',
    plan: { environment: 'lab' },
    reason: 'the policy has no resource auto-scaling-group:web in the environment lab',
    remedy: 'add the resource to the policy',
  },
  {
    rule: 'allowed-action',
    plan: { action: { id: 'scale-in-group', version: 1 } },
    reason: 'the policy does not allow scale-in-group on auto-scaling-group:web',
    remedy: 'allow the action in the policy',
  },
];

const OF_PLANS: readonly RefusalCase[] = [
  {
    rule: 'inputs',
    plan: { problem: { ...aPlan().problem, confidence: 2 } },
    reason: 'plan.problem.confidence: Too big: expected number to be <=1',
    remedy: AGAIN,
  },
  {
    rule: 'action-version',
    plan: { action: { id: 'scale-out-group', version: 2 } },
    reason: 'the plan is for version 2 of scale-out-group, and this release has 1',
    remedy: AGAIN,
  },
  {
    rule: 'plan-matches-catalogue',
    plan: { risk: 'medium' },
    reason: 'the plan describes scale-out-group differently from the catalogue',
    remedy: AGAIN,
  },
  {
    rule: 'stated-parameters',
    plan: { parameters: { add: 1, max: 11, usdPerUnitHour: 0.5 } },
    reason: "the plan's parameters of scale-out-group are not those of the policy",
    remedy: AGAIN,
  },
  {
    rule: 'policy-version',
    world: { policyVersion: 1 },
    reason: 'the plan is for version 2 of the policy, and it has 1',
    remedy: AGAIN,
  },
  {
    rule: 'as-requested',
    plan: {
      cause: {
        ...{ kind: 'request', requestId: 'q', reason: '', requestedBy: 'bob' },
        ...{ action: 'scale-in-group', resource: RESOURCE },
      },
    },
    reason: 'the plan is not what was asked for',
    remedy: AGAIN,
  },
  {
    rule: 'mapped-alert',
    plan: { cause: { kind: 'alert', source: 'webhook', name: 'cpu', receivedAt: NOW } },
    reason: 'the policy does not map the alert cpu to cpu-high of auto-scaling-group:web',
    remedy: 'map the alert in the policy',
  },
  {
    rule: 'covered-targets',
    plan: { problem: { ...aPlan().problem, targetIds: ['db-1'] } },
    reason: 'the problem is not about a target of auto-scaling-group:web',
    remedy: 'add the target to the resource in the policy',
  },
  {
    rule: 'confidence',
    plan: { problem: { ...aPlan().problem, confidence: 0.5 } },
    reason: 'the confidence is 0.5, and more than 0.85 is needed',
    remedy: 'wait for more evidence, such as a later forecast',
  },
  {
    rule: 'expiry',
    plan: { plannedAt: 0, expiresAt: 60 },
    reason: 'the plan is valid from 1970-01-01T00:00:00.000Z to 1970-01-01T00:01:00.000Z',
    remedy: AGAIN,
  },
  {
    rule: 'unchanged',
    world: { present: { ...FIVE, desired: 4 } },
    reason: 'auto-scaling-group:web is not in the state for which it was planned',
    remedy: AGAIN,
  },
  {
    rule: 'follows-from-state',
    world: { present: null },
    reason: 'the plan has parameters or states that scale-out-group does not have',
    remedy: AGAIN,
  },
  {
    rule: 'follows-from-state',
    plan: { change: { ...aPlan().change, to: { ...FIVE, desired: 7 } } },
    reason: 'scale-out-group would now do something else: desired instances 5 → 6',
    remedy: AGAIN,
  },
  {
    rule: 'cost',
    plan: { change: { ...aPlan().change, to: { desired: 6 } } },
    reason: 'the plan has states that scale-out-group does not have',
    remedy: AGAIN,
  },
  {
    rule: 'cost',
    plan: { cost: { usdPerHour: 2, usdOnce: 1.5, basis: '' } },
    world: policy({ maxUsdPerHour: 3 }),
    reason: 'it costs $3.50 in the first hour, and at most $3 are allowed',
    remedy: 'raise maxUsdPerHour of the policy',
  },
];

const OF_LIMITS: readonly RefusalCase[] = [
  {
    rule: 'units-per-run',
    plan: { change: { ...aPlan().change, touches: 4 } },
    world: policy({ maxUnitsPerRun: 3 }),
    reason: 'it touches 4 units, and at most 3 are allowed',
    remedy: 'raise maxUnitsPerRun of the policy or of the stage',
  },
  {
    rule: 'units-per-window',
    world: { ...policy({ maxUnitsPerWindow: 6, windowMinutes: 20 }), ...ledgerOf({ units: 6 }) },
    reason: '7 units would be touched within 20 minutes, and at most 6 are allowed',
    remedy: 'wait, or raise maxUnitsPerWindow of the policy',
  },
  {
    rule: 'resources-per-window',
    world: { ...policy({ maxResourcesPerWindow: 1, windowMinutes: 20 }), ...ledgerOf({}) },
    reason: '2 resources would be touched within 20 minutes, and at most 1 are allowed',
    remedy: 'wait, or raise maxResourcesPerWindow of the policy',
  },
  {
    rule: 'actions-per-hour',
    world: { ...policy({ maxActionsPerHour: 2 }), ...ledgerOf({}, {}) },
    reason: 'there were 2 actions within an hour, and at most 2 are allowed',
    remedy: 'wait, or raise maxActionsPerHour of the policy or of the stage',
  },
  {
    rule: 'ledger-room',
    world: { ledger: manyEntries },
    reason: '4000 actions are remembered, and at most 4000 can be',
    remedy: 'wait: they are forgotten after eight days',
  },
  {
    rule: 'cooldown',
    world: { ...policy({ cooldownMinutes: 45 }), ...ledgerOf(own) },
    reason: 'auto-scaling-group:web was changed within 45 minutes',
    remedy: 'wait for the effect of the earlier change, or lower cooldownMinutes of the policy',
  },
  {
    rule: 'consecutive-failures',
    world: {
      ...policy({ maxConsecutiveFailures: 2 }),
      ...ledgerOf({ ...own, result: 'failed' }, { ...own, result: 'failed' }),
    },
    reason: 'the last 2 remediations of auto-scaling-group:web failed within a week',
    remedy: 'find the cause; failures count for a week',
  },
  {
    rule: 'ineffective',
    world: {
      ...policy({ maxConsecutiveFailures: 2 }),
      ...ledgerOf({ ...own, result: 'ineffective' }, { ...own, result: 'ineffective' }),
    },
    reason: 'scale-out-group did not help auto-scaling-group:web the last 2 times within 6 hours',
    remedy: 'allow another action in the policy, or wait',
  },
  {
    rule: 'one-rollback',
    plan: rollback,
    world: {
      ...ofAlias,
      ...ledgerOf({ action: 'roll-back-alias', resource: rollback.resource, at: NOW - 9 * HOUR_SECONDS }),
    },
    reason: 'lambda-alias:shop/live was rolled back within a week',
    remedy: 'let a person request it',
  },
  {
    rule: 'resource-is-free',
    world: ledgerOf({ ...own, result: 'running' }),
    reason: 'another remediation of auto-scaling-group:web is running',
    remedy: 'wait until it has ended',
  },
  {
    rule: 'concurrent-runs',
    world: ledgerOf(
      ...[1, 2, 3].map((i) => ({
        ...{ ...own, result: 'running' as const, resource: `auto-scaling-group:a${i}` },
      })),
    ),
    reason: 'scale-out-group runs 3 times, and may run 3 times at once',
    remedy: 'wait until one has ended',
  },
  {
    rule: 'acts-once',
    world: { ledger: { entries: [anEntry({ ...own, remediationId: 'r-1' })] } },
    reason: 'the remediation r-1 has acted already',
    remedy: 'begin another remediation',
  },
];

export const REFUSALS: readonly RefusalCase[] = [...STOPPED, ...NOT_PERMITTED, ...OF_PLANS, ...OF_LIMITS];
