/** The events of a remediation, derived from what is stored: a repeated announcement is the same event. */
import { isoOfSeconds } from '../../shared/time.ts';
import { leftToPeople } from '../choosing/next-round.ts';
import { REMEDIATION_SOURCE, type RemediationEvent } from '../events.ts';
import type { PlannedChange, RemediationPlan } from '../plan.ts';
import type { Approval, Remediation } from '../remediation.ts';

type Name = RemediationEvent['name'];
type Planned = Remediation & { readonly plan: RemediationPlan; readonly planHash: string };

const isPlanned = (run: Remediation): run is Planned => run.plan !== null && run.planHash !== null;

const ONCE = '';

/** `part` tells apart events of one name that a remediation can have several times. */
const base = (run: Remediation, name: Name, at: number, part: string | number = ONCE) => ({
  id: [name, run.tenantId, run.remediationId, ...(part === ONCE ? [] : [part])].join('/'),
  tenantId: run.tenantId,
  occurredAt: isoOfSeconds(at),
  remediationId: run.remediationId,
});

const planned = ({ plan, planHash }: Planned) => ({
  environment: plan.environment,
  action: plan.action.id,
  resource: plan.resource,
  effect: plan.effect,
  risk: plan.risk,
  change: plan.change.summary,
  planHash,
  confidence: plan.problem.confidence,
});

const source = REMEDIATION_SOURCE;

/** For people who decide: what can be done about the change afterwards. */
export const describeUndo = ({ reversibility, resource }: RemediationPlan): string => {
  switch (reversibility) {
    case 'undo':
      return `can be undone: the earlier state of ${resource} is recorded before the change and restored on request, or if the change makes things worse`;
    case 'fades':
      return 'cannot be undone: the effect is over by itself';
    case 'permanent':
      return 'cannot be undone';
  }
};

export const suggested = (run: Remediation): RemediationEvent[] =>
  isPlanned(run) && !run.isDryRun
    ? [
        {
          ...{ name: 'RemediationSuggested', source },
          detail: { ...base(run, 'RemediationSuggested', run.plan.plannedAt), ...planned(run) },
        },
      ]
    : [];

export const approvalRequested = (run: Remediation): RemediationEvent[] => {
  const { approval } = run;
  if (!isPlanned(run) || approval === null) return [];
  const { needed, askedAt, expiresAt } = approval;
  const name = 'RemediationApprovalRequested';
  const evidence = run.plan.problem.evidence;
  const more = { evidence, undo: describeUndo(run.plan), needed, expiresAt: isoOfSeconds(expiresAt) };
  return [{ name, source, detail: { ...base(run, name, askedAt), ...planned(run), ...more } }];
};

const newest = (approvals: readonly Approval[]): number => Math.max(...approvals.map(({ at }) => at));

export const approved = (run: Remediation): RemediationEvent[] => {
  const approvals = run.approval?.approvals ?? [];
  if (!isPlanned(run) || approvals.length === 0) return [];
  const name = 'RemediationApproved';
  const by = approvals.map((each) => each.by.name);
  return [{ name, source, detail: { ...base(run, name, newest(approvals)), ...planned(run), by } }];
};

export const executed = (run: Remediation): RemediationEvent[] => {
  const doneAt = run.execution?.doneAt ?? null;
  if (!isPlanned(run) || doneAt === null) return [];
  const name = 'RemediationExecuted';
  return [{ name, source, detail: { ...base(run, name, doneAt), ...planned(run) } }];
};

export const verified = (run: Remediation): RemediationEvent[] => {
  const { verification } = run;
  if (!isPlanned(run) || verification === null) return [];
  const name = 'RemediationVerified';
  const { verdict, probabilityAvoided, evidence, at } = verification;
  const result = { verdict, probabilityAvoided, evidence };
  return [{ name, source, detail: { ...base(run, name, at), ...planned(run), ...result } }];
};

/** The question whether to undo a remediation, as long as approvals are missing. */
export const undoRequested = (run: Remediation): RemediationEvent[] => {
  const { undoRequest } = run;
  if (!isPlanned(run) || undoRequest === null || undoRequest.approvals.length >= undoRequest.needed)
    return [];
  const { approvals, needed, asked, askedAt = run.startedAt } = undoRequest;
  const at = Math.max(askedAt, newest(approvals));
  const name = 'RemediationUndoRequested';
  const request = { reason: asked?.reason ?? '', requestedBy: asked?.by.name ?? '', needed };
  const by = approvals.map((each) => each.by.name);
  return [{ name, source, detail: { ...base(run, name, at, at), ...planned(run), ...request, by } }];
};

export const rolledBack = (run: Remediation): RemediationEvent[] => {
  const undo = run.execution?.undo ?? null;
  if (!isPlanned(run) || undo === null || undo.doneAt === null) return [];
  const name = 'RemediationRolledBack';
  const change: PlannedChange['summary'] = undo.change.summary;
  const detail = { ...base(run, name, undo.doneAt, undo.beganAt), ...planned(run), change };
  return [{ name, source, detail: { ...detail, reason: undo.reason } }];
};

export const blocked = (run: Remediation): RemediationEvent[] => {
  const name = 'RemediationBlocked';
  const { explanation: reason, refusals, endedAt, startedAt } = run;
  return [{ name, source, detail: { ...base(run, name, endedAt ?? startedAt), reason, refusals } }];
};

export const escalated = (run: Remediation, reason = run.explanation): RemediationEvent[] => {
  if (!isPlanned(run) || run.endedAt === null) return [];
  const name = 'RemediationEscalated';
  const detail = { ...base(run, name, run.endedAt, run.endedAt), ...planned(run), reason };
  return [{ name, source, detail }];
};

/** The last remediation of a warning says that there will be no other. */
const lastOf = (run: Remediation): RemediationEvent[] => {
  const reason = leftToPeople(run);
  return reason === null ? [] : escalated(run, reason);
};

/** What a remediation that has ended announces about its end. */
export const ended = (run: Remediation): RemediationEvent[] => {
  switch (run.status) {
    case 'suggested':
      return suggested(run);
    case 'refused':
    case 'rejected':
      return blocked(run);
    case 'expired':
      return [...blocked(run), ...lastOf(run)];
    case 'succeeded':
    case 'unproven':
      return lastOf(run);
    case 'undone':
      return rolledBack(run);
    case 'escalated':
      return escalated(run);
    default:
      return [];
  }
};
