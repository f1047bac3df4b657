/** Sentences for people about a plan. */
import type { CatalogueAction } from '../action.ts';
import type { RemediationPlan } from '../plan.ts';
import type { SuccessRate } from './success-rate.ts';

const percent = (share: number): string => `${Math.round(100 * share)} %`;

const duration = (minutes: number): string => {
  if (minutes < 120) return `${Math.round(minutes)} minutes`;
  return `${(minutes / 60).toFixed(1)} hours`;
};

const recordOf = (rate: SuccessRate, alertType: string): string =>
  rate.decided === 0
    ? `The action has no record for ${alertType}; its chance of success is estimated at ${percent(rate.mean)} from like actions.`
    : `The action ended ${rate.succeeded} of ${rate.decided} problems of type ${alertType}; its chance of success is ${percent(rate.mean)}.`;

const timingOf = (minutes: number, leadMinutes: number): string => {
  if (leadMinutes === 0)
    return `The problem is there; the action takes effect after about ${duration(minutes)}.`;
  const harm = `Harm is expected in ${duration(leadMinutes)}, the effect of the action after ${duration(minutes)}`;
  return minutes <= leadMinutes ? `${harm}, so in time.` : `${harm}, so after the harm has begun.`;
};

/** Why: the evidence of the problem, how the action helps, its record and its timing. */
export const whyOf = (
  plan: RemediationPlan,
  help: string,
  rate: SuccessRate,
  leadMinutes: number,
): readonly string[] => [
  ...plan.problem.evidence,
  `The problem is ${percent(plan.problem.confidence)} certain.`,
  help,
  recordOf(rate, plan.problem.alertType),
  timingOf(plan.minutes.act, leadMinutes),
];

const UNDOING = {
  undo: 'It can be undone: the state before it is recorded and restored.',
  fades: 'Its effect is over by itself; there is nothing to undo.',
  permanent: 'It cannot be undone.',
} as const;

const costOf = ({ usdPerHour, usdOnce, basis }: RemediationPlan['cost']): string =>
  usdPerHour === 0 && usdOnce === 0
    ? `It costs nothing (${basis}).`
    : `It costs $${usdPerHour} per hour and $${usdOnce} once (${basis}).`;

/** How: the exact change, what it takes, and what follows. */
export const howOf = (plan: RemediationPlan, action: CatalogueAction): readonly string[] => [
  `${action.title}: ${plan.resource}.`,
  `Change: ${plan.change.summary}.`,
  `It touches ${plan.change.touches} ${plan.change.touches === 1 ? 'unit' : 'units'}, with ${plan.risk} risk.`,
  UNDOING[plan.reversibility],
  costOf(plan.cost),
  `The result is verified with metrics from ${duration(plan.minutes.act + plan.minutes.settle)} after its start.`,
];
