import type { WorkflowStarter } from '../../shared/messaging.ts';
import type { RemediationStarts } from '../ports.ts';
import { executionNameOf, remediationIdOf, undoNameOf } from './run-id.ts';
import { remediateInput, undoInput } from './workflow-input.ts';

/** Starts executions of the workflow `remediate`, each under a name from its cause: a repeat starts nothing. */
export const workflowStarts = (workflow: WorkflowStarter): RemediationStarts => ({
  request: async (tenantId, { cause, isDryRun, beginAt }) => {
    const remediationId = remediationIdOf(tenantId, cause);
    const input = remediateInput({ tenantId, remediationId }, cause, isDryRun, beginAt);
    await workflow.start(executionNameOf(tenantId, remediationId), input);
    return remediationId;
  },
  undo: async (tenantId, remediationId, approvedAt) => {
    const input = undoInput({ tenantId, remediationId }, approvedAt);
    await workflow.start(undoNameOf(tenantId, remediationId, approvedAt), input);
  },
});
