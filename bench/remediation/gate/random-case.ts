/** Single plans and worlds for the gate, and policies that are stricter than others. */
import type { GateInputs } from '../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../core/remediation/gate/judge.ts';
import { judgeUndo } from '../../../core/remediation/gate/undo.ts';
import type { LedgerEntry } from '../../../core/remediation/ledger.ts';
import { planHash, type RemediationPlan } from '../../../core/remediation/plan.ts';
import {
  AUTONOMY_STAGES,
  type EnvironmentPolicy,
  type RemediationCeiling,
  RemediationPolicy,
} from '../../../core/remediation/policy.ts';
import { type Draw, drawFrom } from './draw.ts';
import { RESOURCES, randomPolicy } from './random-policy.ts';
import { makeTenant, randomPlan, type Tenant } from './tenant.ts';

export interface RandomCase extends GateInputs {
  readonly world: GateInputs['world'] & { readonly policy: RemediationPolicy };
  readonly draw: Draw;
}

/** The case with this number, always the same. */
export const randomCase = (number: number): RandomCase => {
  const draw = drawFrom(number);
  const tenant = makeTenant(draw, { judge, judgeUndo }, 0);
  const { stored, ceiling, errorBudget, time: now } = tenant;
  const plan = anyPlan(tenant);
  const phase = draw.one(['choosing', 'acting'] as const);
  return {
    draw,
    plan,
    world: {
      ...{ phase, now, ceiling, errorBudget, policy: stored.policy, policyVersion: 1 },
      killSwitch: draw.chance(0.05) ? { isOn: true, reason: 'drill', by: 'ada', at: now } : null,
      ledger: { entries: Array.from({ length: draw.whole(0, 5) }, (_, i) => randomEntry(draw, i, now)) },
      track: stored.track,
      approvals: draw.some(['bob', 'eve'], 0.8).map((name) => ({
        ...{ planHash: planHash(plan), by: { kind: 'person', name }, at: now, reason: '' },
      })),
      present: phase === 'acting' ? plan.change.from : null,
    },
  };
};

/** A plan for any resource; some states allow none. */
const anyPlan = (tenant: Tenant): RemediationPlan =>
  randomPlan({ ...tenant, focus: RESOURCES }, 'r-1', tenant.time) ?? anyPlan(tenant);

const randomEntry = (draw: Draw, number: number, now: number): LedgerEntry => {
  const { resource, actions } = draw.one(RESOURCES);
  return {
    ...{ remediationId: `o-${number}`, action: draw.one(actions).action, resource },
    kind: draw.one(['action', 'action', 'undo']),
    ...{ units: draw.whole(1, 3), at: now - draw.whole(-60, 9000) },
    result: draw.one(['running', 'succeeded', 'unproven', 'ineffective', 'failed']),
  };
};

type Tighten = (draw: Draw, settings: EnvironmentPolicy, at: number) => Partial<EnvironmentPolicy>;

const less = (draw: Draw, value: number): number => draw.whole(1, value);

/** Each makes one setting stricter. */
const TIGHTENINGS: readonly Tighten[] = [
  (draw, { stage }) => ({ stage: AUTONOMY_STAGES[draw.whole(0, AUTONOMY_STAGES.indexOf(stage))]! }),
  (_, { minConfidence }) => ({ minConfidence: minConfidence + 0.03 }),
  (draw, { maxUnitsPerRun }) => ({ maxUnitsPerRun: less(draw, maxUnitsPerRun) }),
  (draw, { maxUnitsPerWindow }) => ({ maxUnitsPerWindow: less(draw, maxUnitsPerWindow) }),
  (draw, { maxResourcesPerWindow }) => ({ maxResourcesPerWindow: less(draw, maxResourcesPerWindow) }),
  (draw, { windowMinutes }) => ({ windowMinutes: windowMinutes * draw.whole(1, 4) }),
  (draw, { maxActionsPerHour }) => ({ maxActionsPerHour: less(draw, maxActionsPerHour) }),
  (draw, { cooldownMinutes }) => ({ cooldownMinutes: cooldownMinutes * draw.whole(1, 50) }),
  (draw, { maxConsecutiveFailures }) => ({ maxConsecutiveFailures: less(draw, maxConsecutiveFailures) }),
  (draw, { freezeWindows }, at) => {
    const { environments } = randomPolicy(draw, at);
    const more = Object.values(environments).flatMap((each) => each.freezeWindows);
    return { freezeWindows: [...freezeWindows, ...more] };
  },
  (draw, { protectedResources }) => ({
    protectedResources: [...protectedResources, draw.one(RESOURCES).resource],
  }),
  (draw, { planMinutes }) => ({ planMinutes: less(draw, planMinutes) }),
  (draw, { approvalMinutes }) => ({ approvalMinutes: less(draw, approvalMinutes) }),
  (_, { maxUsdPerHour }) => ({ maxUsdPerHour: maxUsdPerHour / 2 }),
];

/** The policy with some settings stricter, and perhaps without some of its permissions. */
export const stricterPolicy = (draw: Draw, policy: RemediationPolicy, at: number): RemediationPolicy => {
  const environments = Object.entries(policy.environments).map(([name, settings]) => {
    const changes = draw.some(TIGHTENINGS, 0.15).map((tighten) => tighten(draw, settings, at));
    return [name, Object.assign({}, settings, ...changes)] as const;
  });
  const resources = draw.some(policy.resources, 0.95).map((each) => ({
    ...each,
    actions: each.actions.map((allowed) => (draw.chance(0.1) ? { ...allowed, approval: 'always' } : allowed)),
  }));
  return RemediationPolicy.parse({ ...policy, environments: Object.fromEntries(environments), resources });
};

export const stricterCeiling = (draw: Draw, ceiling: RemediationCeiling): RemediationCeiling => ({
  maxStage: AUTONOMY_STAGES[draw.whole(0, AUTONOMY_STAGES.indexOf(ceiling.maxStage))]!,
  actions: draw.some(ceiling.actions, 0.9),
  maxUnitsPerRun: less(draw, ceiling.maxUnitsPerRun),
  maxActionsPerHour: less(draw, ceiling.maxActionsPerHour),
});
