/** The rules of the gate. Each says no or nothing; a rule that cannot judge says no. */
import { HOUR_SECONDS, isoOfSeconds, WEEK_SECONDS } from '../../shared/time.ts';
import type { CatalogueAction } from '../action.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { RemediationPlan } from '../plan.ts';
import {
  type AllowedAction,
  type AutonomyStage,
  type EnvironmentPolicy,
  type ManagedResource,
  MIN_CONFIDENCE,
  type RemediationPolicy,
} from '../policy.ts';
import { isFrozen } from './freeze.ts';
import type { GateWorld, RuleResult } from './gate-world.ts';
import { failuresInARow, recent, resourcesOf, unitsOf } from './ledger-rules.ts';

/** The plan with the parts of policy and catalogue that it names. */
export interface Matter {
  readonly plan: RemediationPlan;
  readonly world: GateWorld;
  readonly policy: RemediationPolicy;
  readonly environment: EnvironmentPolicy;
  readonly managed: ManagedResource;
  readonly allowed: AllowedAction;
  readonly action: CatalogueAction;
  readonly stage: AutonomyStage;
}

type Rule = (matter: Matter) => RuleResult;

const no = (reason: string, remedy: string): RuleResult => ({ reason, remedy });

const killSwitch: Rule = ({ world }) =>
  world.killSwitch?.isOn
    ? no(`the kill switch is on: ${world.killSwitch.reason}`, 'turn the kill switch off')
    : null;

const deployedAction: Rule = ({ plan, world }) =>
  world.ceiling.actions.includes(plan.action.id)
    ? null
    : no(
        `the stage does not deploy ${plan.action.id}`,
        'add it to remediation.actions of the stage and deploy',
      );

const currentVersion: Rule = ({ plan, action }) =>
  plan.action.version === action.version
    ? null
    : no(
        `the plan is for version ${plan.action.version} of ${action.id}, and this release has ${action.version}`,
        'plan it again',
      );

/** What the plan says about its action must be what the catalogue says. */
const honestPlan: Rule = ({ plan, action }) =>
  plan.effect === action.effect && plan.risk === action.risk && plan.reversibility === action.reversibility
    ? null
    : no(`the plan describes ${action.id} differently from the catalogue`, 'plan it again');

const statedParameters: Rule = ({ plan, allowed, action }) => {
  const parsed = action.parameters.safeParse(allowed.parameters);
  if (!parsed.success)
    return no(`the policy's parameters of ${action.id} are not valid`, 'correct the policy');
  return canonicalJson(parsed.data) === canonicalJson(plan.parameters)
    ? null
    : no(`the parameters of ${action.id} changed since it was planned`, 'plan it again');
};

const protectedResource: Rule = ({ plan, environment }) =>
  environment.protectedResources.includes(plan.resource)
    ? no(`${plan.resource} is protected`, 'remove it from protectedResources')
    : null;

const coveredTargets: Rule = ({ plan, managed }) =>
  plan.problem.targetIds.some((target) => managed.targets.includes(target))
    ? null
    : no(
        `the problem is not about a target of ${plan.resource}`,
        'add the target to the resource in the policy',
      );

const confidence: Rule = ({ plan, environment }) => {
  const least = Math.max(MIN_CONFIDENCE, environment.minConfidence);
  return plan.problem.confidence > least
    ? null
    : no(
        `the confidence is ${plan.problem.confidence.toFixed(3)}, and more than ${least} is needed`,
        'more evidence, such as a later forecast',
      );
};

const unitsPerRun: Rule = ({ plan, environment, world }) => {
  const most = Math.min(environment.maxUnitsPerRun, world.ceiling.maxUnitsPerRun);
  return plan.change.touches <= most
    ? null
    : no(`it touches ${plan.change.touches} units, and at most ${most} are allowed`, 'raise maxUnitsPerRun');
};

const perWindow: Rule = ({ plan, environment, world }) => {
  const seconds = environment.windowMinutes * 60;
  const entries = recent(world.ledger, plan.remediationId, world.now, seconds);
  const resources = new Set([...resourcesOf(entries), plan.resource]).size;
  if (resources > environment.maxResourcesPerWindow)
    return no(
      `${resources} resources would be touched within ${environment.windowMinutes} minutes, and at most ${environment.maxResourcesPerWindow} are allowed`,
      'wait, or raise maxResourcesPerWindow',
    );
  const units = unitsOf(entries) + plan.change.touches;
  return units <= environment.maxUnitsPerWindow
    ? null
    : no(
        `${units} units would be touched within ${environment.windowMinutes} minutes, and at most ${environment.maxUnitsPerWindow} are allowed`,
        'wait, or raise maxUnitsPerWindow',
      );
};

const perHour: Rule = ({ plan, environment, world }) => {
  const most = Math.min(environment.maxActionsPerHour, world.ceiling.maxActionsPerHour);
  const count = recent(world.ledger, plan.remediationId, world.now, HOUR_SECONDS).length;
  return count < most
    ? null
    : no(
        `${count} actions within an hour, and at most ${most} are allowed`,
        'wait, or raise maxActionsPerHour',
      );
};

const cooldown: Rule = ({ plan, environment, world }) => {
  const entries = recent(world.ledger, plan.remediationId, world.now, environment.cooldownMinutes * 60);
  return entries.some(({ resource }) => resource === plan.resource)
    ? no(
        `${plan.resource} was acted on within ${environment.cooldownMinutes} minutes`,
        'wait for the effect of the earlier action',
      )
    : null;
};

const running: Rule = ({ plan, world, action }) => {
  const others = world.ledger.entries.filter(
    ({ remediationId, result }) => remediationId !== plan.remediationId && result === 'running',
  );
  if (others.some(({ resource }) => resource === plan.resource))
    return no(`another remediation of ${plan.resource} is running`, 'wait until it has ended');
  const same = others.filter(({ action: id }) => id === action.id).length;
  return same < action.maxConcurrent
    ? null
    : no(
        `${same} runs of ${action.id}, and at most ${action.maxConcurrent} may run at once`,
        'wait for one to end',
      );
};

const failures: Rule = ({ plan, environment, world }) => {
  const count = failuresInARow(world.ledger, plan.resource);
  return count < environment.maxConsecutiveFailures
    ? null
    : no(
        `the last ${count} remediations of ${plan.resource} failed`,
        'find the cause; the resource is left alone for a week after its last failure',
      );
};

const freeze: Rule = ({ environment, world }) => {
  const window = environment.freezeWindows.find((each) => isFrozen(each, world.now));
  return window === undefined
    ? null
    : no(`changes are frozen: ${window.reason}`, 'wait for the end of the window');
};

/** A plan from the future is not valid either: its clock, or ours, is wrong. */
const SKEW_SECONDS = 300;

const expiry: Rule = ({ plan, environment, world }) => {
  const expiresAt = Math.min(
    plan.expiresAt,
    plan.plannedAt + environment.planMinutes * 60 + environment.approvalMinutes * 60,
  );
  if (plan.plannedAt > world.now + SKEW_SECONDS) return no('the plan is from the future', 'check the clocks');
  return world.now < expiresAt
    ? null
    : no(`the plan expired at ${isoOfSeconds(Math.min(expiresAt, 8.64e12))}`, 'plan it again');
};

const cost: Rule = ({ plan, environment }) => {
  const { usdPerHour, usdOnce } = plan.cost;
  const total = usdPerHour + usdOnce;
  return Number.isFinite(total) && total <= environment.maxUsdPerHour
    ? null
    : no(
        `it costs $${total.toFixed(2)} in the first hour, and at most $${environment.maxUsdPerHour} are allowed`,
        'raise maxUsdPerHour',
      );
};

/** While acting: the resource must be as it was when the plan was made, and as it was approved. */
const unchanged: Rule = ({ plan, world, action }) => {
  if (world.phase === 'choosing') return null;
  const parsed = action.state.safeParse(world.present);
  if (!parsed.success) return no('the present state of the resource is not known', 'plan it again');
  return canonicalJson(action.basis(world.present)) === canonicalJson(action.basis(plan.change.from))
    ? null
    : no(`${plan.resource} changed since it was planned`, 'plan it again');
};

const repeated: Rule = ({ plan, world }) => {
  const { cause } = plan;
  if (cause.kind !== 'unhealthy-deployment' || plan.effect !== 'restores-version') return null;
  const others = recent(world.ledger, plan.remediationId, world.now, WEEK_SECONDS);
  return others.some(({ resource, action }) => resource === plan.resource && action === plan.action.id)
    ? no(`${plan.resource} was rolled back within a week`, 'let a person decide')
    : null;
};

export const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  ['kill-switch', killSwitch],
  ['deployed-action', deployedAction],
  ['action-version', currentVersion],
  ['plan-matches-catalogue', honestPlan],
  ['stated-parameters', statedParameters],
  ['protected-resource', protectedResource],
  ['covered-targets', coveredTargets],
  ['confidence', confidence],
  ['units-per-run', unitsPerRun],
  ['per-window', perWindow],
  ['actions-per-hour', perHour],
  ['cooldown', cooldown],
  ['running', running],
  ['consecutive-failures', failures],
  ['freeze', freeze],
  ['expiry', expiry],
  ['cost', cost],
  ['unchanged', unchanged],
  ['one-rollback', repeated],
];
