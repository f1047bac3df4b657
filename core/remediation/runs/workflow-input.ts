/** Input of the workflow `remediate`. */
import { isoOfSeconds } from '../../shared/time.ts';
import type { Cause } from '../cause.ts';
import type { RunKey } from './step.ts';

export interface WorkflowInput extends RunKey {
  /** `undo`: a remediation that ended is undone. */
  readonly purpose: 'remediate' | 'undo';
  /** Null to undo: the remediation knows its cause. */
  readonly cause: Cause | null;
  readonly isDryRun: boolean;
  /** The choice waits until then, ISO 8601: for alerts that have to last. */
  readonly beginAt: string;
}

/** `beginAt` in epoch seconds. */
export const remediateInput = (
  { tenantId, remediationId }: RunKey,
  cause: Cause,
  isDryRun: boolean,
  beginAt: number,
): WorkflowInput => ({
  ...{ tenantId, remediationId, purpose: 'remediate', cause, isDryRun },
  beginAt: isoOfSeconds(beginAt),
});

export const undoInput = ({ tenantId, remediationId }: RunKey, approvedAt: number): WorkflowInput => ({
  ...{ tenantId, remediationId, purpose: 'undo', cause: null, isDryRun: false },
  beginAt: isoOfSeconds(approvedAt),
});
