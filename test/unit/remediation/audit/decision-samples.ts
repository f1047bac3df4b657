import type { NewDecision } from '../../../../core/remediation/decision.ts';

export const NOW = 1_795_255_500;

/** A decision about a remediation. */
export const decision = (over: Partial<NewDecision> = {}): NewDecision => ({
  ...{ kind: 'plan-chosen', remediationId: 'r-1', at: NOW, by: null, planHash: 'a'.repeat(64) },
  ...{ policyVersion: 3, inputsHash: 'b'.repeat(64), outcome: { outcome: 'ask', recommendations: [] } },
  ...over,
});
