/** What a step of a rollout tells the workflow. All fields are always present: its expressions refer to them. */
import { isoOfSeconds } from '../../shared/time.ts';
import type { Rollout } from '../rollout.ts';
import { stepOf } from './judge.ts';

export interface RolloutOutcome {
  readonly next: 'check' | 'end';
  readonly status: Rollout['status'];
  readonly rolloutId: string;
  readonly version: string;
  /** Name of the present or last step. */
  readonly step: string;
  /** Share of the units that the candidate serves now. */
  readonly share: number;
  /** When the next check is due, ISO 8601. */
  readonly dueAt: string;
  /** Why it was rolled back; empty otherwise. */
  readonly reason: string;
}

const SHARE_AT_END = { promoted: 1, 'rolled-back': 0 } as const;

export const outcomeOf = (rollout: Rollout, now: number): RolloutOutcome => {
  const { status, rolloutId, candidate, policy, ended } = rollout;
  const step = stepOf(rollout);
  return {
    ...{ next: status === 'running' ? 'check' : 'end', status, rolloutId, version: candidate },
    ...{ step: step.name, share: status === 'running' ? step.share : SHARE_AT_END[status] },
    dueAt: isoOfSeconds(status === 'running' ? now + policy.checkSeconds : now),
    reason: ended?.reason?.text ?? '',
  };
};
