import type { EventPublisher } from '../../shared/messaging.ts';
import type { Versioned } from '../../shared/versioned.ts';
import { ModelRefusedError } from '../errors.ts';
import type { ModelEvent } from '../events.ts';
import { type Challenger, type LineUp, memberOf, stageOf } from '../line-up.ts';
import type { ModelScope, ModelStore } from '../ports.ts';
import { type Attempt, changeLineUp } from '../registry/change-line-up.ts';
import { hasHappened, holds, type Rollback, revert, withdraw } from '../registry/line-up-changes.ts';
import type { RollbackReason, Rollout } from '../rollout.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { championReverted, rolloutEnded } from './announce.ts';
import { endedRollout, type RolloutKey } from './check-rollout.ts';
import { rolloutIdOf } from './rollout-id.ts';

export interface RollBackDeps {
  readonly store: ModelStore;
  readonly events: EventPublisher;
}

export interface RollBackRequest extends ModelScope {
  /** The version that is to serve nobody: the champion or the challenger. */
  readonly version: SemanticVersion;
  /** A repeat with the same cause changes nothing. */
  readonly cause: string;
  readonly reason: RollbackReason;
}

export interface RolledBack {
  /** The champion from now on. */
  readonly serves: SemanticVersion;
}

interface Decided extends RolledBack {
  readonly events: readonly ModelEvent[];
}

const endOfRollout = async (
  { store }: RollBackDeps,
  scope: ModelScope,
  { challenger }: LineUp,
  reason: RollbackReason,
  at: number,
): Promise<Versioned<Rollout> | undefined> => {
  const stored = challenger === null ? undefined : await store.rollout(scope, challenger.rolloutId);
  return stored && { item: endedRollout(stored.item, reason, at), revision: stored.revision };
};

/** A rollout compares its candidate with the champion; without that champion, it ends as well. */
const CHAMPION_GONE = 'the champion that it was compared with was rolled back';

const withoutChallenger = (lineUp: LineUp, { cause, at }: Rollback): LineUp =>
  lineUp.challenger === null
    ? lineUp
    : withdraw(lineUp, { cause: `${cause}/challenger`, rule: 'abandoned', reason: CHAMPION_GONE, at });

/** The rollout of a version, which has one at most. */
const rolloutOf = async ({ store }: RollBackDeps, request: RollBackRequest): Promise<Rollout | undefined> =>
  (await store.rollout(request, rolloutIdOf(request, request.version)))?.item;

const decide = async (
  deps: RollBackDeps,
  request: RollBackRequest,
  { item: lineUp, revision }: Versioned<LineUp>,
  at: number,
): Promise<Attempt<Decided>> => {
  const { version, cause, reason } = request;
  const change: Rollback = { cause, rule: reason.rule, reason: reason.text, at };
  const isBarred = (memberOf(lineUp, version)?.retired?.rule ?? null) !== null;
  if (hasHappened(lineUp, cause) || isBarred) return { result: await repeated(deps, request, lineUp) };
  const isChampion = version === lineUp.champion;
  if (!isChampion && version !== lineUp.challenger?.version)
    throw new ModelRefusedError(
      `version ${version} is ${stageOf(lineUp, version)}: it serves nobody; the champion is ${lineUp.champion}`,
    );
  const next = isChampion ? revert(withoutChallenger(lineUp, change), change) : withdraw(lineUp, change);
  const why: RollbackReason = isChampion ? { rule: 'abandoned', text: CHAMPION_GONE } : reason;
  const rollout = await endOfRollout(deps, request, lineUp, why, at);
  const promotion = isChampion ? await rolloutOf(deps, request) : undefined;
  const events = [
    ...(isChampion ? championReverted(request, next, version, promotion) : []),
    ...(rollout === undefined ? [] : rolloutEnded(rollout.item)),
  ];
  return {
    write: { lineUp: { item: next, revision }, ...(rollout === undefined ? {} : { rollout }) },
    result: { serves: next.champion, events },
  };
};

/** An earlier attempt may have ended before it announced what it did. */
const repeated = async (deps: RollBackDeps, request: RollBackRequest, lineUp: LineUp): Promise<Decided> => {
  const rollout = await rolloutOf(deps, request);
  const ended = rollout?.status === 'rolled-back' ? rolloutEnded(rollout) : [];
  const reverted = championReverted(request, lineUp, request.version, rollout);
  return { serves: lineUp.champion, events: [...reverted, ...ended] };
};

/** Rolls back if that is still wanted of the line-up as it is then. */
const rollBackIf = async (
  deps: RollBackDeps,
  request: RollBackRequest,
  isWanted: (lineUp: LineUp) => boolean,
  now: number,
): Promise<RolledBack> => {
  const { events, serves } = await changeLineUp<Decided>(deps.store, request, async (lineUp) =>
    isWanted(lineUp.item)
      ? decide(deps, request, lineUp, now)
      : { result: await repeated(deps, request, lineUp.item) },
  );
  if (events.length > 0) await deps.events.publish(events);
  return { serves };
};

/**
 * Takes a version out of service in one call and one write, at `now` (epoch seconds): the challenger of a rollout under
 * way, or the champion, in whose place the one before it serves again.
 * @throws ModelRefusedError if the version serves nobody, or if no version served before it
 */
export const rollBack = (deps: RollBackDeps, request: RollBackRequest, now: number): Promise<RolledBack> =>
  rollBackIf(deps, request, () => true, now);

const causeOfEnd = (rolloutId: string, rule: RollbackReason['rule']): string => `${rolloutId}/${rule}`;

/** Ends the rollout of a challenger, unless the rollout has ended meanwhile: its version may be champion by now. */
const endRollout = (
  deps: RollBackDeps,
  scope: ModelScope,
  { version, rolloutId, fence }: Challenger,
  reason: RollbackReason,
  now: number,
): Promise<RolledBack> => {
  const { tenantId, kind } = scope;
  const request = { tenantId, kind, version, cause: causeOfEnd(rolloutId, reason.rule), reason };
  const isWanted = (lineUp: LineUp): boolean =>
    holds(lineUp, fence) && (reason.rule !== 'abandoned' || isLeaseOver(lineUp, now));
  return rollBackIf(deps, request, isWanted, now);
};

const isLeaseOver = ({ challenger }: LineUp, now: number): boolean =>
  challenger !== null && now >= challenger.leaseUntil;

/** Announces the end of a rollout again, in case the attempt that ended it died before it could. */
const announceAgain = async (deps: RollBackDeps, scope: ModelScope, rolloutId: string): Promise<void> => {
  const rollout = (await deps.store.rollout(scope, rolloutId))?.item;
  const events = rollout === undefined ? [] : rolloutEnded(rollout);
  if (events.length > 0) await deps.events.publish(events);
};

/** Ends a rollout whose workflow failed. Nothing changes if it has ended, or never began. */
export const failRollout = async (
  deps: RollBackDeps,
  { rolloutId, ...scope }: RolloutKey,
  error: string,
  now: number,
): Promise<RolledBack> => {
  const { champion, challenger } = (await deps.store.lineUp(scope)).item;
  if (challenger?.rolloutId !== rolloutId) {
    await announceAgain(deps, scope, rolloutId);
    return { serves: champion };
  }
  const reason: RollbackReason = { rule: 'workflow-failed', text: `its workflow failed: ${error}` };
  return endRollout(deps, scope, challenger, reason, now);
};

/**
 * Ends a rollout that took no step until its lease was over: its workflow is gone, and nobody else announces the end. Until
 * the next rollout begins, each repeat announces it.
 */
export const endAbandoned = async (deps: RollBackDeps, scope: ModelScope, now: number): Promise<void> => {
  const { item } = await deps.store.lineUp(scope);
  const { challenger, transitions } = item;
  const newest = transitions.at(-1);
  if (newest !== undefined && newest.cause === causeOfEnd(rolloutIdOf(scope, newest.version), 'abandoned'))
    await announceAgain(deps, scope, rolloutIdOf(scope, newest.version));
  if (challenger === null || !isLeaseOver(item, now)) return;
  const text = `rollout ${challenger.rolloutId} stopped without an end`;
  await endRollout(deps, scope, challenger, { rule: 'abandoned', text }, now);
};
