/** Actions that run something once: their state is the run that this remediation started. */
import * as z from 'zod';
import type { Change, NotApplicable, PlanningContext } from '../action.ts';
import { noUndo } from './define-action.ts';

/**
 * How the run stands that this remediation started. `startedBy` is null and `status` tells whether another one is running
 * (else `none`) until it has started one; afterwards `startedBy` is its id.
 */
export const RunState = z.strictObject({
  startedBy: z.string().nullable(),
  status: z.enum(['none', 'running', 'succeeded', 'failed']),
});
export type RunState = z.infer<typeof RunState>;

/** Starts it, unless another one is running. */
export const startRun = (
  state: RunState,
  { remediationId }: PlanningContext,
  summary: string,
  touches = 1,
): Change<RunState> | NotApplicable =>
  reasonAgainst(state) ?? {
    from: state,
    to: { startedBy: remediationId, status: 'succeeded' },
    summary,
    touches,
  };

/** Undefined if it may be started: it is started at most once for a remediation, and not beside another one. */
export const reasonAgainst = ({ startedBy, status }: RunState): NotApplicable | undefined => {
  if (startedBy !== null) return { notApplicable: 'it was started already' };
  return status === 'running' ? { notApplicable: 'another one is running' } : undefined;
};

export const RUN = {
  version: 1,
  state: RunState,
  /** Another run that began meanwhile does not change the plan; the executor starts each at most once. */
  basis: () => ({}),
  undo: noUndo('what ran cannot be taken back'),
  isDone: ({ to }: Change<RunState>, present: RunState) =>
    present.startedBy === to.startedBy && present.status === 'succeeded',
  maxConcurrent: 1,
} as const;
