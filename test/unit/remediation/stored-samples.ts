/** Remediations, policies and records as they are stored. */
import type { Ledger } from '../../../core/remediation/ledger.ts';
import { planHash, type RemediationPlan } from '../../../core/remediation/plan.ts';
import { type KillSwitch, RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { Remediation } from '../../../core/remediation/remediation.ts';
import type { TrackRecord } from '../../../core/remediation/track-record.ts';

/** 2026-11-21T10:05:00Z. */
export const NOW = 1_795_255_500;

export const samplePlan = (over: Partial<RemediationPlan> = {}): RemediationPlan => ({
  ...{ tenantId: 'acme', remediationId: 'r-1', environment: 'shop' },
  cause: { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW - 600 },
  problem: {
    ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu', confidence: 0.87 },
    ...{ threshold: { direction: 'above', limit: 95 }, impactAt: NOW + 3600, evidence: ['cpu rises'] },
  },
  action: { id: 'scale-out-group', version: 1 },
  ...{ effect: 'adds-capacity', risk: 'low', reversibility: 'undo', resource: 'auto-scaling-group:web' },
  parameters: { add: 1, max: 10 },
  change: { from: { desired: 5 }, to: { desired: 6 }, summary: 'desired capacity 5 → 6', touches: 1 },
  cost: { usdPerHour: 0.04, usdOnce: 0, basis: 'one t3.medium' },
  minutes: { act: 5, settle: 10 },
  ...{ expectedSuccess: 0.8, policyVersion: 2, plannedAt: NOW, expiresAt: NOW + 1800 },
  ...over,
});

export const sampleRemediation = (over: Partial<Remediation> = {}): Remediation => {
  const { tenantId = 'acme', remediationId = 'r-1' } = over;
  const plan = samplePlan({ tenantId, remediationId });
  return {
    ...{ tenantId, remediationId, cause: plan.cause, status: 'acting', startedAt: NOW, endedAt: null },
    ...{ environment: 'shop', isDryRun: false, plan, planHash: planHash(plan), refusals: [] },
    ...{ calls: [], approval: null, verification: null, undoRequest: null, evidenceHash: null },
    ...{ explanation: 'a person approved it', workflowVersion: '1' },
    execution: { before: { desired: 5 }, beganAt: NOW, doneAt: null, undo: null },
    ...over,
  };
};

export const samplePolicy: RemediationPolicy = RemediationPolicy.parse({
  environments: { shop: { stage: 'approve' } },
  resources: [
    {
      ...{ resource: 'auto-scaling-group:web', environment: 'shop', targets: ['web-1'] },
      actions: [{ action: 'scale-out-group', parameters: { add: 1, max: 10 } }],
    },
  ],
});

export const sampleSwitch: KillSwitch = { isOn: true, reason: 'migration', by: 'ada', at: NOW };

export const sampleLedger: Ledger = {
  entries: [
    {
      ...{ remediationId: 'r-1', action: 'scale-out-group', resource: 'auto-scaling-group:web' },
      ...{ kind: 'action', units: 1, at: NOW, result: 'running' },
    },
  ],
};

export const sampleTrack: TrackRecord = {
  outcomes: [
    {
      ...{ remediationId: 'r-0', action: 'scale-out-group', profile: 'web', alertType: 'cpu-high' },
      ...{ environment: 'shop', result: 'succeeded', at: NOW - 86_400, seconds: 1200 },
    },
  ],
};
