/** A worker that takes the steps of one remediation. It may stop, or be overtaken by others, at every `yield`. */
import { findAction } from '../../../core/remediation/catalogue/catalogue.ts';
import type { GateWorld } from '../../../core/remediation/gate/gate-world.ts';
import { reserve, settle } from '../../../core/remediation/gate/ledger-rules.ts';
import type { PlannedChange, RemediationPlan } from '../../../core/remediation/plan.ts';
import { planHash } from '../../../core/remediation/plan.ts';
import { ENDED, type Refusal } from '../../../core/remediation/remediation.ts';
import { canonicalJson, type Json } from '../../../core/shared/canonical-json.ts';
import { commit, type Run, randomPlan, type Stored, type Tenant, tell, withRun } from './tenant.ts';
import type { Effect, End } from './trace.ts';

export type Worker = Generator<void, void>;

/** What a worker saw at one moment. */
interface Seen {
  readonly read: Stored;
  readonly run: Run;
  readonly readAt: number;
  /** The worker's own clock. */
  readonly clock: number;
}

/** `offset`: seconds by which the worker's clock is ahead. */
export function* work(tenant: Tenant, id: string, offset: number): Worker {
  for (let step = 0; step < 14; step++) {
    const seen = see(tenant, id, offset);
    yield;
    if (seen === undefined) return;
    const next = STEPS[seen.run.status];
    if (next === undefined && !isUndoRequested(seen.run)) return;
    yield* (next ?? undo)(tenant, seen);
    yield;
    if (tenant.stored === seen.read) return;
  }
}

const see = (tenant: Tenant, id: string, offset: number): Seen | undefined => {
  const { stored: read, time: readAt } = tenant;
  const run = read.runs.get(id);
  return run && { read, run, readAt, clock: readAt + offset };
};

type Step = (tenant: Tenant, seen: Seen) => Worker;

const isUndoRequested = ({ status, undoRequest }: Run): boolean =>
  ENDED.has(status) && (undoRequest?.approvals.length ?? 0) > 0;

const worldOf = (tenant: Tenant, { read, run, clock }: Seen, present: Json): GateWorld => ({
  ...{ phase: present === null ? 'choosing' : 'acting', now: clock, ceiling: tenant.ceiling, present },
  ...{ policy: read.policy, policyVersion: read.policyVersion, killSwitch: read.killSwitch },
  ...{ ledger: read.ledger, track: read.track, errorBudget: tenant.errorBudget },
  approvals: [...run.approvals],
});

const count = (tenant: Tenant, refusals: readonly Refusal[]): void => {
  tenant.judged++;
  for (const { rule } of refusals) tenant.refusals.set(rule, (tenant.refusals.get(rule) ?? 0) + 1);
};

function* choose(tenant: Tenant, seen: Seen): Worker {
  const { read, run } = seen;
  const plan = randomPlan(tenant, run.remediationId, seen.clock);
  yield;
  if (plan === undefined) {
    commit(tenant, read, withRun(read, { ...run, status: 'nothing-to-do' }));
    return;
  }
  const { mode, refusals } = tenant.gate.judge(plan, worldOf(tenant, seen, null));
  count(tenant, refusals);
  yield;
  const status = mode === 'ask' || mode === 'act' ? 'awaiting-approval' : 'refused';
  commit(tenant, read, withRun(read, { ...run, plan, planHash: planHash(plan), status }));
}

const entryOf = (plan: RemediationPlan, kind: Effect, units: number, at: number) => ({
  ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
  ...{ kind, units, at, result: 'running' as const },
});

function* prepare(tenant: Tenant, seen: Seen): Worker {
  const { read, run, readAt, clock } = seen;
  const plan = run.plan!;
  const before = tenant.resources.get(plan.resource)!;
  yield;
  const { mode, refusals } = tenant.gate.judge(plan, worldOf(tenant, seen, before));
  count(tenant, refusals);
  yield;
  if (mode !== 'act') {
    const waits = refusals.every(({ rule }) => rule === 'autonomy') && tenant.draw.chance(0.95);
    if (!waits) commit(tenant, read, withRun(read, { ...run, status: 'refused' }));
    return;
  }
  const units = plan.change.touches;
  const execution = { before, beganAt: null, doneAt: null, undo: null };
  const isWritten = commit(tenant, read, {
    ...withRun(read, { ...run, status: 'acting', execution }),
    ledger: reserve(read.ledger, entryOf(plan, 'action', units, clock)),
  });
  if (!isWritten) return;
  const { remediationId: id } = run;
  tell(tenant, {
    kind: 'reserved',
    effect: 'action',
    isRequested: false,
    id,
    plan,
    units,
    readAt,
    clock,
    before,
  });
}

/** Makes a change, once, if the resource is as it was planned. */
const makeChange = (tenant: Tenant, plan: RemediationPlan, change: PlannedChange, effect: Effect): void => {
  const { resource, remediationId: id } = plan;
  const { basis } = findAction(plan.action.id)!;
  const from = tenant.resources.get(resource)!;
  const token = `${id} ${effect}`;
  if (tenant.made.has(token) || canonicalJson(basis(from)) !== canonicalJson(basis(change.from))) return;
  tenant.made.add(token);
  tenant.resources.set(resource, change.to);
  tell(tenant, { kind: 'changed', id, effect, resource, from, to: change.to });
};

const isReserved = ({ ledger }: Stored, id: string, effect: Effect): boolean =>
  ledger.entries.some(
    ({ remediationId, kind, result }) => remediationId === id && kind === effect && result === 'running',
  );

function* act(tenant: Tenant, { read, run, clock }: Seen): Worker {
  const { remediationId: id, execution } = run;
  const plan = run.plan!;
  if (execution === null || !isReserved(read, id, 'action')) return;
  if (execution.beganAt === null) {
    if (read.killSwitch?.isOn) {
      const ledger = settle(read.ledger, id, 'unproven');
      if (commit(tenant, read, { ...withRun(read, { ...run, status: 'refused' }), ledger }))
        tell(tenant, { kind: 'ended', id, end: 'unproven', clock });
      return;
    }
    yield;
    const acting: Run = { ...run, execution: { ...execution, beganAt: clock } };
    if (!commit(tenant, read, withRun(read, acting))) return;
    tell(tenant, { kind: 'begun', id, effect: 'action' });
  }
  yield;
  makeChange(tenant, plan, plan.change, 'action');
  yield;
  const done = tenant.stored.runs.get(id)!;
  if (done.status === 'acting')
    commit(tenant, tenant.stored, withRun(tenant.stored, { ...done, status: 'verifying' }));
}

/** A remediation has one result, however often it is verified. */
const resultOf = (id: string): End | 'worse' => {
  const results = [
    ...(['succeeded', 'succeeded', 'succeeded', 'unproven'] as const),
    ...(['ineffective', 'ineffective', 'worse', 'failed'] as const),
  ];
  return results[Number(id.slice(2)) % results.length]!;
};

const close = (tenant: Tenant, { read, run, clock }: Seen, status: Run['status'], end: End): void => {
  const { remediationId, plan } = run;
  const outcome = {
    ...{ remediationId, action: plan!.action.id, profile: 'web' as const, alertType: 'cpu-high' },
    ...{ environment: plan!.environment, at: clock, seconds: 60 },
    result: end === 'ineffective' ? ('failed' as const) : end,
  };
  const isWritten = commit(tenant, read, {
    ...withRun(read, { ...run, status, undoRequest: null }),
    ledger: settle(read.ledger, remediationId, end),
    track: { outcomes: [...read.track.outcomes, outcome] },
  });
  if (isWritten) tell(tenant, { kind: 'ended', id: remediationId, end, clock });
};

function* verify(tenant: Tenant, seen: Seen): Worker {
  yield;
  const { read, run } = seen;
  const result = resultOf(run.remediationId);
  if (result === 'worse') commit(tenant, read, withRun(read, { ...run, status: 'undoing' }));
  else if (result === 'failed') close(tenant, seen, 'escalated', 'failed');
  else close(tenant, seen, result === 'succeeded' ? 'succeeded' : 'unproven', result);
}

function* undo(tenant: Tenant, seen: Seen): Worker {
  const { read, run, readAt, clock } = seen;
  const { remediationId: id, execution } = run;
  const plan = run.plan!;
  if (execution?.undo != null) {
    yield;
    makeChange(tenant, plan, execution.undo.change, 'undo');
    yield;
    const latest = { ...seen, read: tenant.stored, run: tenant.stored.runs.get(id)! };
    if (latest.run.status === 'undoing') close(tenant, latest, 'undone', 'failed');
    return;
  }
  const before = tenant.resources.get(plan.resource)!;
  yield;
  const { change, refusals } = tenant.gate.judgeUndo(run, worldOf(tenant, seen, before));
  count(tenant, refusals);
  yield;
  const isRequested = run.status !== 'undoing';
  if (change === null || execution === null) {
    if (isRequested) commit(tenant, read, withRun(read, { ...run, undoRequest: null }));
    else close(tenant, seen, 'escalated', 'failed');
    return;
  }
  const units = change.touches;
  const undone = { change, reason: '', beganAt: clock, doneAt: null };
  const isWritten = commit(tenant, read, {
    ...withRun(read, { ...run, status: 'undoing', execution: { ...execution, undo: undone } }),
    ledger: reserve(read.ledger, entryOf(plan, 'undo', units, clock)),
  });
  if (!isWritten) return;
  tell(tenant, { kind: 'reserved', effect: 'undo', isRequested, id, plan, units, readAt, clock, before });
  tell(tenant, { kind: 'begun', id, effect: 'undo' });
}

const STEPS: { readonly [Status in Run['status']]?: Step } = {
  choosing: choose,
  'awaiting-approval': prepare,
  acting: act,
  verifying: verify,
  undoing: undo,
};
