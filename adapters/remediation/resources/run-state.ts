/** How a run stands that a remediation starts once: a command, an automation, an execution. */
import type { Change } from '../../../core/remediation/action.ts';
import { RunState } from '../../../core/remediation/catalogue/runs.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';

export interface Run {
  /** What the caller marked it with. */
  readonly mark: string;
  readonly status: RunState['status'];
}

/** `mark` is that of the runs of this remediation. */
export const runState = ({ remediationId }: ResourceCall, runs: readonly Run[], mark: string): Json => {
  const own = runs.find((run) => run.mark === mark);
  if (own !== undefined) return { startedBy: remediationId, status: own.status };
  const isRunning = runs.some(({ status }) => status === 'running');
  return { startedBy: null, status: isRunning ? 'running' : 'none' };
};

export const startedBy = ({ remediationId }: ResourceCall, _: Change<Json>, present: Json): boolean =>
  RunState.parse(present).startedBy === remediationId;
