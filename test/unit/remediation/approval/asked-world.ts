/** A tenant whose remediation waits for people, with what the stores and the workflow have got. */
import { EMPTY_CHAIN } from '../../../../core/remediation/decision.ts';
import type { PlanAnswer, RemediationStarts, WaitingWorkflows } from '../../../../core/remediation/ports.ts';
import type { ApprovalRequest, Remediation } from '../../../../core/remediation/remediation.ts';
import {
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { memoryEvents } from '../../../fakes/shared.ts';
import { NOW, samplePolicy, sampleRemediation } from '../stored-samples.ts';

export const TENANT = 'acme';
export const person = (name: string) => ({ kind: 'person' as const, name });

export const askedRun = (
  over: Partial<Remediation> = {},
  asked: Partial<ApprovalRequest> = {},
): Remediation => {
  const run = sampleRemediation({ status: 'awaiting-approval', execution: null, ...over });
  const approval: ApprovalRequest = {
    ...{ planHash: run.planHash ?? '', askedAt: NOW, expiresAt: NOW + 1800, needed: 1 },
    ...{ approvals: [], rejection: null, taskToken: 'secret-token', ...asked },
  };
  return { ...run, approval, ...over };
};

export const doneRun = (over: Partial<Remediation> = {}): Remediation =>
  sampleRemediation({
    ...{ status: 'succeeded', endedAt: NOW + 600 },
    execution: { before: { desired: 5 }, beganAt: NOW, doneAt: NOW + 60, undo: null },
    ...over,
  });

export const askedWorld = async (run: Remediation) => {
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  await store.commit({
    ...{ tenantId: TENANT, head: EMPTY_CHAIN, decisions: [] },
    ...{ policy: { item: samplePolicy, revision: 0 }, remediation: { item: run, revision: 0 } },
  });
  const clock = { seconds: NOW + 60 };
  const answers: [token: string, answer: PlanAnswer][] = [];
  const undone: [remediationId: string, at: number][] = [];
  const fails: { next: boolean } = { next: false };
  const workflows: WaitingWorkflows = {
    answer: async (token, answer) => {
      if (fails.next) {
        fails.next = false;
        throw new Error('Step Functions is down');
      }
      answers.push([token, answer]);
      return 'sent';
    },
  };
  const starts: RemediationStarts = {
    request: async () => 'r-1',
    undo: async (_, remediationId, at) => {
      undone.push([remediationId, at]);
    },
  };
  const { events, published } = memoryEvents();
  const deps = { store, workflows, starts, events, now: () => clock.seconds * 1000 };
  const { remediationId } = run;
  return {
    ...{ deps, store, clock, answers, undone, published, fails },
    now: async () => (await store.get(TENANT, remediationId))?.item,
    decisions: () => memoryDecisionStore(memory).ofRemediation(TENANT, remediationId),
  };
};
