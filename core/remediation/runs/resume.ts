/** Where a remediation is: what the workflow does next, whichever attempt of a step it was that stored it. */
import type { RemediationPlan } from '../plan.ts';
import type { RemediationState } from '../ports.ts';
import type { Remediation } from '../remediation.ts';
import { type NextStep, proceed, type StepOutcome } from './outcome.ts';

const MINUTE = 60;

/** End of the time in which people can approve a plan: nobody is asked for longer than the plan is valid. */
export const answersUntil = (plan: RemediationPlan, { policy }: RemediationState, now: number): number =>
  Math.min(
    plan.expiresAt,
    now + (policy.item?.environments[plan.environment]?.approvalMinutes ?? 0) * MINUTE,
  );

const nextOf = ({ status, execution, verification }: Remediation): NextStep => {
  switch (status) {
    case 'waiting':
      return 'choose';
    case 'choosing':
      return 'prepare';
    case 'awaiting-approval':
      return 'ask';
    case 'acting':
      return execution === null || execution.beganAt === null ? 'act' : 'check';
    case 'verifying':
      return verification === null ? 'verify' : 'close';
    case 'undoing':
      return execution === null || execution.undo === null ? 'undo' : 'check-undo';
    default:
      return 'end';
  }
};

/** Time left for an answer of people; 1 if it is over, because a state of the workflow waits for at least a second. */
const secondsToAnswer = ({ plan, approval }: Remediation, state: RemediationState, now: number): number => {
  if (plan === null) return 1;
  return Math.max(1, (approval?.expiresAt ?? answersUntil(plan, state, now)) - now);
};

export const resume = (run: Remediation, state: RemediationState, now: number): StepOutcome => {
  const next = nextOf(run);
  return proceed(run, next, 0, next === 'ask' ? secondsToAnswer(run, state, now) : 1);
};
