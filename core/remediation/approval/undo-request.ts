/** Requests to undo what a remediation did. They need approvals like an action. */
import type { Actor } from '../../platform/actor.ts';
import type { Json } from '../../shared/canonical-json.ts';
import { ConflictError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { DecisionKind, NewDecision } from '../decision.ts';
import type { RemediationStarts, RemediationState, RemediationStore } from '../ports.ts';
import { type Approval, ENDED, type Remediation, type UndoRequest } from '../remediation.ts';
import { undoRequested } from '../runs/announce.ts';
import type { Answered } from './answer-plan.ts';
import { refuseOtherHash, refuseUnlessPerson } from './who-may-answer.ts';

/** A person or key wants a remediation undone; the hash is that of its plan. */
export interface UndoWish {
  readonly tenantId: string;
  readonly remediationId: string;
  readonly planHash: string;
  readonly reason: string;
  readonly by: Actor;
  /** The caller is a person who may approve, so that asking also approves. */
  readonly approves: boolean;
}

export interface UndoDeps {
  readonly store: Pick<RemediationStore, 'state' | 'get' | 'commit'>;
  readonly starts: Pick<RemediationStarts, 'undo'>;
  /** Hears that people are asked. */
  readonly events: EventPublisher;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Approvals of an undoing count for this long: what they were given for may have changed since. */
const APPROVAL_SECONDS = HOUR_SECONDS;

/** @throws ConflictError unless something was done that can be undone */
const refuseUnlessUndoable = ({ remediationId, status, execution, plan }: Remediation): void => {
  const no = (why: string): never => {
    throw new ConflictError(`remediation ${remediationId} cannot be undone: ${why}`);
  };
  if (execution === null || execution.beganAt === null || plan === null) no('nothing was done');
  else if (execution.undo !== null) no('it is being undone, or was');
  else if (!ENDED.has(status)) no(`it is ${status}; wait until it has ended`);
  else if (plan.reversibility !== 'undo') no(`the effect of ${plan.action.id} cannot be taken back`);
};

const stillCounting = (request: UndoRequest | null, now: number): readonly Approval[] =>
  request?.approvals.filter(({ at }) => now - at < APPROVAL_SECONDS) ?? [];

const decisionOf = (
  kind: DecisionKind,
  { by, reason }: UndoWish,
  run: Remediation,
  state: RemediationState,
  now: number,
): NewDecision => {
  const outcome: Json = { undo: true, reason };
  return {
    ...{ kind, outcome, by, at: now, remediationId: run.remediationId, planHash: run.planHash },
    ...{ policyVersion: state.policy.revision, inputsHash: null },
  };
};

const requestOf = (run: Remediation, wish: UndoWish, now: number): UndoRequest => {
  const { planHash, by, reason } = wish;
  const before = stillCounting(run.undoRequest, now).filter((each) => each.by.name !== by.name);
  const own = wish.approves ? [{ planHash, by, reason, at: now }] : [];
  const { askedAt = now, asked = { by, reason } } = run.undoRequest ?? {};
  return { needed: run.plan?.risk === 'high' ? 2 : 1, approvals: [...before, ...own], askedAt, asked };
};

const isComplete = ({ approvals, needed }: UndoRequest): boolean => approvals.length >= needed;

/**
 * Begins the undoing, or tells people that approvals are missing; also for a repeated request: the first attempt may have
 * ended before it did.
 */
const beginOrAsk = async (
  { starts, events }: UndoDeps,
  { tenantId, remediationId }: UndoWish,
  run: Remediation & { readonly undoRequest: UndoRequest },
): Promise<void> => {
  const { approvals } = run.undoRequest;
  if (isComplete(run.undoRequest))
    await starts.undo(tenantId, remediationId, Math.max(...approvals.map(({ at }) => at)));
  else await events.publish(undoRequested(run));
};

const hasApproved = ({ approvals }: UndoRequest, { by }: UndoWish): boolean =>
  approvals.some((each) => each.by.name === by.name);

/**
 * Records that somebody wants a remediation undone, and begins to undo it as soon as enough people approved: one, or two
 * for high risk; until then, people are told. Undefined if another writer was faster.
 * @throws ConflictError if there is nothing to undo, or the plan is another one
 */
export const askToUndo = async (
  deps: UndoDeps,
  state: RemediationState,
  { item: run, revision }: Versioned<Remediation>,
  wish: UndoWish,
): Promise<Answered | undefined> => {
  refuseUnlessUndoable(run);
  refuseOtherHash(run.planHash, wish.planHash);
  if (wish.approves) refuseUnlessPerson(wish.by);
  const now = Math.floor(deps.now() / 1000);
  const known = run.undoRequest && {
    ...run.undoRequest,
    approvals: [...stillCounting(run.undoRequest, now)],
  };
  if (known !== null && (!wish.approves || isComplete(known) || hasApproved(known, wish))) {
    await beginOrAsk(deps, wish, { ...run, undoRequest: known });
    return { remediation: run, isRepeated: true };
  }
  const request = requestOf(run, wish, now);
  const item = { ...run, undoRequest: request };
  const kinds: DecisionKind[] = ['approval-asked', ...(wish.approves ? ['approved' as const] : [])];
  const stored = await deps.store.commit({
    ...{ tenantId: wish.tenantId, head: state.head, remediation: { item, revision } },
    decisions: kinds
      .filter((kind) => kind !== 'approval-asked' || known === null)
      .map((kind) => decisionOf(kind, wish, run, state, now)),
  });
  if (stored === undefined) return undefined;
  await beginOrAsk(deps, wish, item);
  return { remediation: item, isRepeated: false };
};

/** A person says no: nothing is undone, until somebody asks again. Undefined if another writer was faster. */
export const refuseUndo = async (
  { store, now }: UndoDeps,
  state: RemediationState,
  { item: run, revision }: Versioned<Remediation>,
  wish: UndoWish,
): Promise<Answered | undefined> => {
  refuseUnlessPerson(wish.by);
  refuseOtherHash(run.planHash, wish.planHash);
  if (run.undoRequest !== null && isComplete(run.undoRequest))
    throw new ConflictError(`the undoing of remediation ${run.remediationId} has been approved already`);
  const item = { ...run, undoRequest: null };
  const decisions = [decisionOf('rejected', wish, run, state, Math.floor(now() / 1000))];
  const { tenantId } = wish;
  const stored = await store.commit({
    ...{ tenantId, head: state.head, decisions },
    remediation: { item, revision },
  });
  return stored && { remediation: item, isRepeated: false };
};
