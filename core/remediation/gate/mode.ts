import { planHash } from '../plan.ts';
import { countApprovals } from './approvals.ts';
import { standingOf } from './autonomy.ts';
import type { ErrorBudget } from './error-budget.ts';
import type { GateMode } from './gate-world.ts';
import type { Matter } from './matter.ts';

/** How far the stage, the action's standing and people let a plan go, if every rule agrees. */
export interface Mode {
  readonly mode: GateMode;
  readonly needed: 0 | 1 | 2;
  /** Why, for people. */
  readonly detail: string;
}

/** Effects that help a service which has used up its error budget. */
const HELPS_AT_ONCE: ReadonlySet<string> = new Set(['restores-version', 'adds-capacity']);

const usedUp = ({ objective, unreadable }: ErrorBudget): string => {
  const budget = `the error budget${objective === undefined ? '' : ` of ${objective}`}`;
  return unreadable === undefined ? `${budget} is used up` : `${budget} cannot be computed: ${unreadable}`;
};

/** Why a person has to approve the plan; empty if nobody has to. */
const reasonToAsk = ({ plan, world, stage, action, allowed }: Matter): string => {
  if (stage !== 'automatic') return `the stage is ${stage}`;
  if (plan.cause.kind === 'request') return 'a person asked for it';
  if (allowed.approval === 'always') return 'the policy always wants an approval';
  if (action.risk !== 'low') return `its risk is ${action.risk}`;
  if (action.reversibility === 'permanent') return 'it cannot be undone';
  if (world.errorBudget !== null && world.errorBudget.remaining <= 0 && !HELPS_AT_ONCE.has(action.effect))
    return usedUp(world.errorBudget);
  return standingOf(world.track, action.id, plan.environment, world.now).missing;
};

const approvalsOf = ({ plan, world }: Matter): number =>
  countApprovals(world.approvals, {
    planHash: planHash(plan),
    requestedBy: plan.cause.kind === 'request' ? plan.cause.requestedBy : null,
    from: plan.plannedAt,
    until: plan.expiresAt,
    now: world.now,
  });

/** While acting, what needs an approval and lacks it is refused. */
export const modeOf = (matter: Matter): Mode => {
  const { stage, world, action } = matter;
  if (stage === 'observe') return { mode: 'refused', needed: 0, detail: 'the stage is observe' };
  if (stage === 'suggest')
    return {
      mode: world.phase === 'acting' ? 'refused' : 'suggest',
      needed: 0,
      detail: 'the stage is suggest',
    };
  const reason = reasonToAsk(matter);
  if (reason === '') return { mode: 'act', needed: 0, detail: 'it has earned to act alone' };
  const needed = action.risk === 'high' ? 2 : 1;
  if (world.phase === 'choosing') return { mode: 'ask', needed, detail: `needs approval: ${reason}` };
  const count = approvalsOf(matter);
  return count >= needed
    ? { mode: 'act', needed, detail: `approvals: ${count} of ${needed}` }
    : { mode: 'refused', needed, detail: `approvals: ${count} of ${needed}; needed because ${reason}` };
};
