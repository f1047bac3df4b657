import { describeIssues } from '../../shared/describe-issues.ts';
import { findAction } from '../catalogue/catalogue.ts';
import { planHash, type RemediationPlan } from '../plan.ts';
import { lowerStage, RemediationPolicy } from '../policy.ts';
import type { Approval, Refusal } from '../remediation.ts';
import { standingOf } from './autonomy.ts';
import { GateInputs, type GateMode, type GateVerdict, type GateWorld } from './gate-world.ts';
import { type Matter, RULES } from './rules.ts';

const refusedBy = (...refusals: readonly Refusal[]): GateVerdict => ({
  mode: 'refused',
  needed: 0,
  refusals,
  rules: refusals.map(({ rule, reason }) => ({ rule, passed: false, detail: reason })),
});

/** Finds what the plan names. A part that is missing or malformed refuses the plan before any rule is asked. */
const matterOf = (plan: RemediationPlan, world: GateWorld): Matter | Refusal => {
  const parsed = RemediationPolicy.safeParse(world.policy);
  if (world.policy === null)
    return { rule: 'policy', reason: 'the tenant has no remediation policy', remedy: 'store a policy' };
  if (!parsed.success)
    return {
      rule: 'policy',
      reason: `the policy cannot be read: ${describeIssues(parsed.error)}`,
      remedy: 'correct the policy',
    };
  const policy = parsed.data;
  const environment = Object.hasOwn(policy.environments, plan.environment)
    ? policy.environments[plan.environment]
    : undefined;
  const managed = policy.resources.find(({ resource }) => resource === plan.resource);
  const allowed = managed?.actions.find(({ action }) => action === plan.action.id);
  const action = findAction(plan.action.id);
  if (environment === undefined || managed === undefined || managed.environment !== plan.environment)
    return {
      rule: 'managed-resource',
      reason: `${plan.resource} is not managed in ${plan.environment}`,
      remedy: 'add the resource to the policy',
    };
  if (allowed === undefined || action === undefined || !plan.resource.startsWith(`${action.resourceKind}:`))
    return {
      rule: 'allowed-action',
      reason: `${plan.action.id} is not allowed on ${plan.resource}`,
      remedy: 'allow the action in the policy',
    };
  const stage = lowerStage(environment.stage, world.ceiling.maxStage);
  return { plan, world, policy, environment, managed, allowed, action, stage };
};

/** Effects that help a service which has used up its error budget. */
const HELPS_AT_ONCE: ReadonlySet<string> = new Set(['restores-version', 'adds-capacity']);

/** Why a person has to approve the plan; empty if nobody has to. */
const reasonsToAsk = ({ plan, world, stage, allowed }: Matter): string => {
  if (stage !== 'automatic') return `the stage is ${stage}`;
  if (plan.cause.kind === 'request') return 'a person asked for it';
  if (allowed.approval === 'always') return 'the policy always wants an approval';
  if (plan.risk !== 'low') return `its risk is ${plan.risk}`;
  if (plan.reversibility === 'permanent') return 'it cannot be undone';
  if (world.errorBudget !== null && world.errorBudget.remaining <= 0 && !HELPS_AT_ONCE.has(plan.effect))
    return 'the error budget is used up';
  return standingOf(world.track, plan.action.id, plan.environment, world.now).missing;
};

const neededFor = ({ plan }: Matter): 1 | 2 => (plan.risk === 'high' ? 2 : 1);

/** Approvals that count: by people, for exactly this plan, each person once, and not by the one who asked for it. */
const validApprovals = ({ plan, world }: Matter, requestedBy: string | null): readonly Approval[] => {
  const hash = planHash(plan);
  const seen = new Set<string>();
  return world.approvals.filter(({ planHash: approved, by, at }) => {
    const isNew = !seen.has(by.name);
    const counts =
      approved === hash &&
      by.kind === 'person' &&
      by.name !== requestedBy &&
      isNew &&
      at >= plan.plannedAt &&
      at < plan.expiresAt;
    if (counts) seen.add(by.name);
    return counts;
  });
};

const requesterOf = ({ plan }: Matter): string | null =>
  plan.cause.kind === 'request' ? plan.cause.requestedBy : null;

const modeOf = (
  matter: Matter,
): { readonly mode: GateMode; readonly needed: 0 | 1 | 2; readonly detail: string } => {
  const { stage, world } = matter;
  if (stage === 'observe') return { mode: 'refused', needed: 0, detail: 'the stage is observe' };
  if (stage === 'suggest') return { mode: 'suggest', needed: 0, detail: 'the stage is suggest' };
  const asks = reasonsToAsk(matter);
  if (asks === '') return { mode: 'act', needed: 0, detail: 'it has earned to act alone' };
  const needed = neededFor(matter);
  if (world.phase === 'choosing') return { mode: 'ask', needed, detail: `approval is needed: ${asks}` };
  const count = validApprovals(matter, requesterOf(matter)).length;
  if (count >= needed) return { mode: 'act', needed, detail: `${count} people approved it` };
  return { mode: 'refused', needed, detail: `${count} of ${needed} valid approvals: ${asks}` };
};

/**
 * Judges a plan. Pure: the same inputs give the same verdict. Everything that is unknown or malformed refuses. While
 * `choosing`, the result says who would have to approve; while `acting`, only `act` allows the action.
 */
export const judge = (plan: RemediationPlan, world: GateWorld): GateVerdict => {
  const inputs = GateInputs.safeParse({ plan, world });
  if (!inputs.success)
    return refusedBy({ rule: 'inputs', reason: describeIssues(inputs.error), remedy: 'plan it again' });
  const matter = matterOf(inputs.data.plan, inputs.data.world);
  if ('rule' in matter) return refusedBy(matter);
  const results = RULES.map(([rule, judgeBy]) => ({ rule, result: judgeBy(matter) }));
  const refusals = results.flatMap(({ rule, result }) => (result === null ? [] : [{ rule, ...result }]));
  const { mode, needed, detail } = modeOf(matter);
  const stageRefuses = mode === 'refused' || (world.phase === 'acting' && mode !== 'act');
  if (stageRefuses)
    refusals.push({ rule: 'autonomy', reason: detail, remedy: 'approval by people, or a higher stage' });
  const rules = [
    ...results.map(({ rule, result }) => ({ rule, passed: result === null, detail: result?.reason ?? '' })),
    { rule: 'autonomy', passed: !stageRefuses, detail },
  ];
  return { mode: refusals.length > 0 ? 'refused' : mode, needed, refusals, rules };
};
