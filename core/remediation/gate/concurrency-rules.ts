/** Rules about remediations that run at the same time. */
import { runningOthers } from './ledger-rules.ts';
import { type Rule, unless } from './rule.ts';

export const resourceIsFree: Rule = ({ plan, world }) =>
  unless(
    runningOthers(world, plan.remediationId).every(({ resource }) => resource !== plan.resource),
    () => `another remediation of ${plan.resource} is running`,
    'wait until it has ended',
  );

export const concurrentRuns: Rule = ({ plan, action, world }) => {
  const runs = runningOthers(world, plan.remediationId).filter((entry) => entry.action === action.id).length;
  return unless(
    runs < action.maxConcurrent,
    () => `${action.id} runs ${runs} times, and may run ${action.maxConcurrent} times at once`,
    'wait until one has ended',
  );
};

/** A remediation acts once: what it reserved must be this plan, and must not have ended. */
export const actsOnce: Rule = ({ plan, world }) => {
  const own = world.ledger.entries.filter(({ remediationId }) => remediationId === plan.remediationId);
  const isRepeat = own.every(
    ({ kind, action, resource, units, result }) =>
      kind === 'action' &&
      action === plan.action.id &&
      resource === plan.resource &&
      units === plan.change.touches &&
      result === 'running',
  );
  return unless(
    own.length === 0 || (world.phase === 'acting' && isRepeat),
    () => `the remediation ${plan.remediationId} has acted already`,
    'begin another remediation',
  );
};
