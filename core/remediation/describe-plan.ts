/** Sentences about a plan for people who decide about it. */
import { isoOfSeconds } from '../shared/time.ts';
import type { RemediationPlan } from './plan.ts';

/** What happens if nobody answers. */
export const describeWithoutAnswer = ({ problem }: Pick<RemediationPlan, 'problem'>): string =>
  problem.impactAt === null
    ? 'nothing is changed; the problem goes on'
    : `nothing is changed; the problem is expected at ${isoOfSeconds(problem.impactAt)}`;
