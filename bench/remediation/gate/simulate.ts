/** A tenant with many remediations: duplicates, retries, concurrent runs, crashes, wrong clocks, and people who interfere. */
import { planHash } from '../../../core/remediation/plan.ts';
import { type Approval, ENDED } from '../../../core/remediation/remediation.ts';
import { type Draw, drawFrom } from './draw.ts';
import { RESOURCES, randomPolicy } from './random-policy.ts';
import {
  commit,
  type Gate,
  makeTenant,
  type Run,
  randomState,
  type Tenant,
  tell,
  traceOf,
  withRun,
} from './tenant.ts';
import type { Effect, Trace } from './trace.ts';
import { type Worker, work } from './worker.ts';

/** Two clocks then differ by less than a minute. */
const MAX_OFFSET = 29;
const randomOffset = ({ draw, maxOffset }: Tenant): number => draw.one([-maxOffset, 0, maxOffset]);
const TICKS = 500;
const MAX_RUNS = 9;

/** The world with this number; always the same for the same gate. Clocks are wrong by at most `maxOffset` seconds. */
export const simulate = (number: number, gate: Gate, maxOffset = MAX_OFFSET): Trace => {
  const draw = drawFrom(number);
  const tenant = makeTenant(draw, gate, maxOffset);
  const { stored } = tenant;
  const workers: Worker[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    if (workers.length === 0 || draw.chance(0.07)) interfere(tenant, workers);
    else advance(draw, workers);
    if (draw.chance(0.05)) tenant.time += draw.one([1, 5, 20, 30, 45, 60, 120, 270, 900]);
  }
  return traceOf(tenant, stored);
};

/** One worker goes on to its next `yield`, and sometimes no further. */
const advance = (draw: Draw, workers: Worker[]): void => {
  const index = draw.whole(0, workers.length - 1);
  const hasCrashed = draw.chance(0.01);
  if (hasCrashed || workers[index]?.next().done) workers.splice(index, 1);
};

const begin = (tenant: Tenant, workers: Worker[]): void => {
  const { draw, stored } = tenant;
  if (stored.runs.size >= MAX_RUNS) return;
  const remediationId = `r-${draw.whole(0, 999)}`;
  const run: Run = {
    ...{ remediationId, status: 'choosing', plan: null, planHash: null, execution: null, undoRequest: null },
    approvals: [],
  };
  if (stored.runs.has(remediationId)) return;
  commit(tenant, stored, withRun(stored, run));
  workers.push(work(tenant, remediationId, randomOffset(tenant)));
};

/** A retry, or a duplicate beside a worker that still runs. */
const repeat = (tenant: Tenant, workers: Worker[]): void => {
  const { draw, stored } = tenant;
  if (stored.runs.size === 0) return;
  const id = draw.one([...stored.runs.keys()]);
  workers.push(work(tenant, id, randomOffset(tenant)));
};

/** An approval, in most cases a good one. What is wrong with a bad one is known here, and nowhere else. */
const randomApproval = (
  { draw, time, maxOffset }: Tenant,
  run: Run,
): { readonly approval: Approval; readonly isValid: boolean } => {
  const plan = run.plan!;
  const at = time + draw.whole(-maxOffset, maxOffset);
  const name = draw.one(['ada', 'bob', 'eve']);
  const good: Approval = { planHash: planHash(plan), by: { kind: 'person', name }, at, reason: '' };
  const isRequester = plan.cause.kind === 'request' && name === plan.cause.requestedBy;
  const bad = draw.whole(0, 9);
  if (bad === 0) return { approval: { ...good, by: { kind: 'key', name } }, isValid: false };
  if (bad === 1) return { approval: { ...good, planHash: '0'.repeat(64) }, isValid: false };
  if (bad === 2) return { approval: { ...good, at: plan.expiresAt + at - time + maxOffset }, isValid: false };
  return { approval: good, isValid: !isRequester };
};

/** Sometimes of the action, sometimes of its undoing after it ended. */
const approve = (tenant: Tenant, workers: Worker[]): void => {
  const { draw, stored } = tenant;
  const runs = [...stored.runs.values()].filter(
    ({ status, execution }) =>
      status === 'awaiting-approval' || (ENDED.has(status) && draw.chance(execution === null ? 0.01 : 0.1)),
  );
  if (runs.length === 0) return;
  const run = draw.one(runs);
  if (run.plan === null) return;
  const { approval, isValid } = randomApproval(tenant, run);
  const effect: Effect = ENDED.has(run.status) ? 'undo' : 'action';
  const { undoRequest } = run;
  const changed: Run =
    effect === 'action'
      ? { ...run, approvals: [...run.approvals, approval] }
      : { ...run, undoRequest: { needed: 1, approvals: [...(undoRequest?.approvals ?? []), approval] } };
  commit(tenant, stored, withRun(stored, changed));
  const isUndoOfOwn =
    effect === 'undo' && approval.by.kind === 'person' && approval.planHash === run.planHash;
  tell(tenant, {
    ...{ kind: 'approved', id: run.remediationId, effect, person: approval.by.name },
    isValid: effect === 'action' ? isValid : isUndoOfOwn,
  });
  workers.push(work(tenant, run.remediationId, randomOffset(tenant)));
};

const flipSwitch = (tenant: Tenant): void => {
  const { stored, time } = tenant;
  const isOn = stored.killSwitch?.isOn !== true;
  commit(tenant, stored, { killSwitch: { isOn, reason: 'drill', by: 'ada', at: time } });
  tell(tenant, { kind: 'kill-switch', isOn });
};

const changePolicy = (tenant: Tenant): void => {
  const { draw, stored, time } = tenant;
  const policy = randomPolicy(draw, time);
  commit(tenant, stored, { policy, policyVersion: stored.policyVersion + 1 });
  tell(tenant, { kind: 'policy', policy });
};

/** Somebody else changes a resource. */
const changeResource = ({ draw, resources }: Tenant): void => {
  const { resource } = draw.one(RESOURCES);
  resources.set(resource, randomState(draw, resource));
};

const interfere = (tenant: Tenant, workers: Worker[]): void => {
  const { draw } = tenant;
  const what = draw.whole(0, 99);
  if (tenant.stored.killSwitch?.isOn && draw.chance(0.3)) flipSwitch(tenant);
  else if (what < 30) begin(tenant, workers);
  else if (what < 58) repeat(tenant, workers);
  else if (what < 90) approve(tenant, workers);
  else if (what < 92) flipSwitch(tenant);
  else if (what < 95) changePolicy(tenant);
  else changeResource(tenant);
};
