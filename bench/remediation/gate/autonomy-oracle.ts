import { ends, type Past, type Reserved, reservationOf } from './true-past.ts';

/** Whether the environment's stage `automatic` lets this plan act without approval. */
export const autonomousBy = (past: Past, reserved: Reserved, approval: 'always' | 'by-risk'): boolean => {
  const { plan } = reserved;
  const { errorBudget } = past.trace;
  return (
    approval === 'by-risk' &&
    plan.risk === 'low' &&
    plan.cause.kind !== 'request' &&
    (errorBudget === null || errorBudget > 0 || plan.action.id === 'scale-out-group') &&
    isTrusted(past, reserved)
  );
};

interface Proof {
  readonly hasFailed: boolean;
  readonly at: number;
}

const proofsFor = (past: Past, { plan, clock }: Reserved): readonly Proof[] => {
  const own = ends(past)
    .filter(({ id }) => reservationOf(past, id, 'action')?.plan.action.id === plan.action.id)
    .map(({ end, clock: at }) => ({ end, at }));
  const earlier = past.trace.earlier.filter(({ action }) => action === plan.action.id);
  return [...earlier, ...own]
    .filter(({ at, end }) => end !== 'unproven' && at > clock - 180 * 86_400)
    .map(({ at, end }) => ({ at, hasFailed: end === 'failed' || end === 'ineffective' }))
    .toSorted((a, b) => a.at - b.at || (a.hasFailed ? 1 : -1));
};

const isTrusted = (past: Past, reserved: Reserved): boolean => {
  const proofs = proofsFor(past, reserved);
  const failed = proofs.filter(({ hasFailed }) => hasFailed).length;
  return (
    proofs.length >= 10 &&
    !proofs.slice(-3).some(({ hasFailed }) => hasFailed) &&
    probabilityBelow(proofs.length - failed, failed) <= 0.1
  );
};

const known = new Map<string, number>();

/** Probability that the success rate is below 0.7, by integration of its density over 2,000 steps. */
const probabilityBelow = (succeeded: number, failed: number): number => {
  const key = `${succeeded} ${failed}`;
  const share = known.get(key) ?? integral(succeeded, failed, 0.7) / integral(succeeded, failed, 1);
  known.set(key, share);
  return share;
};

/** With x = sin², the density of shapes one half more than the counts has no poles. */
const integral = (succeeded: number, failed: number, to: number): number => {
  const steps = 2000;
  const width = Math.asin(Math.sqrt(to)) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const angle = (i + 0.5) * width;
    sum += Math.sin(angle) ** (2 * succeeded) * Math.cos(angle) ** (2 * failed) * width;
  }
  return sum;
};
