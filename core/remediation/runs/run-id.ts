/** Names of remediations and of the executions that carry them out. */
import { jsonHash } from '../../shared/canonical-json.ts';
import { type Cause, causeKey } from '../cause.ts';

/** Identifies the remediation of a cause: events about the same cause lead to the same one. */
export const remediationIdOf = (tenantId: string, cause: Cause): string =>
  jsonHash([tenantId, causeKey(cause)]).slice(0, 30);

/** Name of the execution (at most 80 characters), which Step Functions accepts once. */
export const executionNameOf = (tenantId: string, remediationId: string): string =>
  `${tenantId}-${remediationId}`;

/** Name of the execution that undoes a remediation because of approvals, the last of which was given at `at`. */
export const undoNameOf = (tenantId: string, remediationId: string, at: number): string =>
  `${executionNameOf(tenantId, remediationId)}-u${at.toString(36)}`;
