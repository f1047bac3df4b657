/** Rules about how much is touched and how often. They count what the ledger has of other remediations. */
import { HOUR_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';
import { failuresInARow, fruitlessInARow, recentOthers, resourcesOf, unitsOf } from './ledger-rules.ts';
import { type Rule, unless } from './rule.ts';

export const unitsPerRun: Rule = ({ plan, environment, world }) => {
  const most = Math.min(environment.maxUnitsPerRun, world.ceiling.maxUnitsPerRun);
  return unless(
    plan.change.touches <= most,
    () => `it touches ${plan.change.touches} units, and at most ${most} are allowed`,
    'raise maxUnitsPerRun of the policy or of the stage',
  );
};

export const unitsPerWindow: Rule = ({ plan, environment, world }) => {
  const { windowMinutes, maxUnitsPerWindow: most } = environment;
  const units = unitsOf(recentOthers(world, plan.remediationId, windowMinutes * 60)) + plan.change.touches;
  return unless(
    units <= most,
    () => `${units} units would be touched within ${windowMinutes} minutes, and at most ${most} are allowed`,
    'wait, or raise maxUnitsPerWindow of the policy',
  );
};

export const resourcesPerWindow: Rule = ({ plan, environment, world }) => {
  const { windowMinutes, maxResourcesPerWindow: most } = environment;
  const others = resourcesOf(recentOthers(world, plan.remediationId, windowMinutes * 60));
  const count = new Set([...others, plan.resource]).size;
  return unless(
    count <= most,
    () =>
      `${count} resources would be touched within ${windowMinutes} minutes, and at most ${most} are allowed`,
    'wait, or raise maxResourcesPerWindow of the policy',
  );
};

export const actionsPerHour: Rule = ({ plan, environment, world }) => {
  const most = Math.min(environment.maxActionsPerHour, world.ceiling.maxActionsPerHour);
  const count = recentOthers(world, plan.remediationId, HOUR_SECONDS).length;
  return unless(
    count < most,
    () => `there were ${count} actions within an hour, and at most ${most} are allowed`,
    'wait, or raise maxActionsPerHour of the policy or of the stage',
  );
};

export const cooldown: Rule = ({ plan, environment, world }) => {
  const { cooldownMinutes } = environment;
  const entries = recentOthers(world, plan.remediationId, cooldownMinutes * 60);
  return unless(
    entries.every(({ resource }) => resource !== plan.resource),
    () => `${plan.resource} was changed within ${cooldownMinutes} minutes`,
    'wait for the effect of the earlier change, or lower cooldownMinutes of the policy',
  );
};

export const consecutiveFailures: Rule = ({ plan, environment, world }) => {
  const most = environment.maxConsecutiveFailures;
  const count = failuresInARow(world, plan.resource);
  return unless(
    count < most,
    () => `the last ${count} remediations of ${plan.resource} failed within a week`,
    'find the cause; failures count for a week',
  );
};

const INEFFECTIVE_HOURS = 6;

/** An action that made no difference again and again is paused; another one may be tried at once. */
export const ineffective: Rule = ({ plan, environment, world }) => {
  const { resource, action } = plan;
  const count = fruitlessInARow(world, { resource, action: action.id }, INEFFECTIVE_HOURS * HOUR_SECONDS);
  return unless(
    count < environment.maxConsecutiveFailures,
    () => `${action.id} did not help ${resource} the last ${count} times within ${INEFFECTIVE_HOURS} hours`,
    'allow another action in the policy, or wait',
  );
};

/** A release is rolled back once: a second time within a week is for people to decide. */
export const oneRollback: Rule = ({ plan, world }) => {
  if (plan.cause.kind === 'request' || plan.effect !== 'restores-version') return null;
  const others = recentOthers(world, plan.remediationId, WEEK_SECONDS);
  return unless(
    others.every(({ resource, action }) => resource !== plan.resource || action !== plan.action.id),
    () => `${plan.resource} was rolled back within a week`,
    'let a person request it',
  );
};

/**
 * Entries of a ledger are one item of at most 400 KB, and take about 35 bytes each. Without room for an entry, no effect
 * could be recorded any more, nor how one ended. The undoing of each has its own entry.
 */
export const MAX_LEDGER_ENTRIES = 4000;

export const ledgerRoom: Rule = ({ plan, world: { ledger } }) => {
  const count = ledger.entries.filter(({ remediationId }) => remediationId !== plan.remediationId).length;
  return unless(
    count < MAX_LEDGER_ENTRIES,
    () => `${count} actions are remembered, and at most ${MAX_LEDGER_ENTRIES} can be`,
    'wait: they are forgotten after eight days',
  );
};
