/** A plan that every rule allows, and its world, to be changed in one point. */
import type { Actor } from '../../../../core/platform/actor.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import type { LedgerEntry } from '../../../../core/remediation/ledger.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import {
  type EnvironmentPolicy,
  type ManagedResource,
  RemediationPolicy,
} from '../../../../core/remediation/policy.ts';
import type { Approval } from '../../../../core/remediation/remediation.ts';
import type { Outcome } from '../../../../core/remediation/track-record.ts';
import { Json } from '../../../../core/shared/canonical-json.ts';
import { NOW } from '../stored-samples.ts';

export { NOW };

export const RESOURCE = 'auto-scaling-group:web';

/** Five instances in service. */
export const FIVE = { desired: 5, min: 1, max: 20, inService: 5 };

export const aPolicy = (
  environment: Partial<EnvironmentPolicy> = {},
  resource: Partial<ManagedResource> = {},
  more: Partial<RemediationPolicy> = {},
): RemediationPolicy =>
  RemediationPolicy.parse({
    environments: { shop: { stage: 'approve', ...environment }, office: { stage: 'automatic' } },
    resources: [
      {
        ...{ resource: RESOURCE, environment: 'shop', targets: ['web-1', 'web-2'] },
        actions: [{ action: 'scale-out-group', parameters: { max: 10, usdPerUnitHour: 0.5 } }],
        ...resource,
      },
    ],
    ...more,
  });

export const aPlan = (over: Partial<RemediationPlan> = {}): RemediationPlan => ({
  ...{ tenantId: 'acme', remediationId: 'r-1', environment: 'shop', resource: RESOURCE },
  cause: { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW - 600 },
  problem: {
    ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu', confidence: 0.87 },
    ...{ threshold: { direction: 'above', limit: 95 }, impactAt: NOW + 21_600, evidence: ['cpu rises'] },
  },
  action: { id: 'scale-out-group', version: 1 },
  ...{ effect: 'adds-capacity', risk: 'low', reversibility: 'undo' },
  parameters: { add: 1, max: 10, usdPerUnitHour: 0.5 },
  change: { from: FIVE, to: { ...FIVE, desired: 6 }, summary: 'desired instances 5 → 6', touches: 1 },
  cost: { usdPerHour: 0.5, usdOnce: 0, basis: 'one more instance' },
  minutes: { act: 5, settle: 10 },
  ...{ expectedSuccess: 0.8, policyVersion: 2, plannedAt: NOW - 60, expiresAt: NOW + 1800 },
  ...over,
});

export const person = (name: string): Actor => ({ kind: 'person', name });

export const anApproval = (over: Partial<Approval> = {}, plan = aPlan()): Approval => ({
  ...{ planHash: planHash(plan), by: person('ada'), at: NOW - 30, reason: 'looks right' },
  ...over,
});

/** While acting: the state is as planned, and Ada approved. */
export const aWorld = (over: Partial<GateWorld> = {}): GateWorld => ({
  ...{ phase: 'acting', now: NOW, policy: aPolicy(), policyVersion: 2, killSwitch: null, errorBudget: null },
  ceiling: {
    maxStage: 'automatic',
    actions: ['scale-out-group'],
    maxUnitsPerRun: 100,
    maxActionsPerHour: 100,
  },
  ...{ ledger: { entries: [] }, track: { outcomes: [] }, approvals: [anApproval()], present: FIVE },
  ...over,
});

export const anEntry = (over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ remediationId: 'r-0', action: 'scale-out-service', resource: 'ecs-service:shop/api' },
  ...{ kind: 'action', units: 1, at: NOW - 600, result: 'succeeded' },
  ...over,
});

export const anOutcome = (over: Partial<Outcome> = {}): Outcome => ({
  ...{ remediationId: 'r-0', action: 'scale-out-group', profile: 'web', alertType: 'cpu-high' },
  ...{ environment: 'shop', result: 'succeeded', at: NOW - 86_400, seconds: 1200 },
  ...over,
});

export const outcomes = (count: number, over: Partial<Outcome> = {}): Outcome[] =>
  Array.from({ length: count }, (_, i) => anOutcome({ remediationId: `o-${i}`, ...over }));

/** A plan of another action, as the catalogue makes it from a state. */
export const planOf = (
  id: string,
  stated: RemediationPlan['parameters'],
  from: RemediationPlan['change']['from'],
  over: Partial<RemediationPlan> = {},
): RemediationPlan => {
  const action = findAction(id)!;
  const parameters = Json.parse(action.parameters.parse(stated));
  const change = action.plan(parameters, from, {
    ...{ remediationId: 'r-1', at: NOW, deployment: { deployed: '7', previous: '6' } },
  });
  if ('notApplicable' in change) throw new Error(change.notApplicable);
  const { version, effect, risk, reversibility } = action;
  const cost = action.cost(change, parameters);
  return aPlan({ action: { id, version }, effect, risk, reversibility, parameters, change, cost, ...over });
};

/** Rules that refuse a plan in a world. It is approved as it is, so that only the other rules can. */
export const refusing = (
  over: Partial<RemediationPlan>,
  world: Partial<GateWorld> = {},
): readonly string[] => {
  const plan = aPlan(over);
  const { refusals } = judge(plan, aWorld({ approvals: [anApproval({}, plan)], ...world }));
  return refusals.map(({ rule }) => rule);
};

export const inWorld = (world: Partial<GateWorld>): readonly string[] => refusing({}, world);
export const withPolicy = (environment: Partial<EnvironmentPolicy>, world: Partial<GateWorld> = {}) =>
  inWorld({ policy: aPolicy(environment), ...world });
export const ledgerOf = (...entries: readonly Parameters<typeof anEntry>[0][]): Partial<GateWorld> => ({
  ledger: { entries: entries.map((each, i) => anEntry({ remediationId: `r-0${i}`, ...each })) },
});
