import { InvalidInputError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { LineUp } from '../line-up.ts';
import type { ModelScope, ModelStore, PairedScores, ServingHealthReader } from '../ports.ts';
import { type Attempt, changeLineUp } from '../registry/change-line-up.ts';
import { extendLease, holds, move, promote, withdraw } from '../registry/line-up-changes.ts';
import type { RollbackReason, Rollout } from '../rollout.ts';
import { rolloutEnded } from './announce.ts';
import { atNextStep, judge, passedStep, stepOf, withBlocks } from './judge.ts';
import { outcomeOf, type RolloutOutcome } from './outcome.ts';
import { placeOf } from './place.ts';

export interface CheckDeps {
  readonly store: ModelStore;
  readonly scores: PairedScores;
  readonly health: ServingHealthReader;
  readonly events: EventPublisher;
}

export interface RolloutKey extends ModelScope {
  readonly rolloutId: string;
}

/** A rollout at its end. */
export const endedRollout = (rollout: Rollout, reason: RollbackReason | null, now: number): Rollout => ({
  ...rollout,
  status: reason === null ? 'promoted' : 'rolled-back',
  ended: { at: now, seconds: Math.max(0, now - rollout.startedAt), reason },
  passed: reason === null ? [...rollout.passed, passedStep(rollout, now)] : rollout.passed,
});

/** The line-up went to another rollout, or lost its challenger, without this one's doing. */
export const lostRollout = (rollout: Rollout, now: number): Rollout =>
  endedRollout(rollout, { rule: 'abandoned', text: 'another writer ended it' }, now);

const causeOf = ({ rolloutId, step }: Rollout): string => `${rolloutId}/${step}`;

/** Both as they are after a check. */
interface Checked {
  readonly lineUp: LineUp;
  readonly rollout: Rollout;
}

const judged = async (deps: CheckDeps, lineUp: LineUp, rollout: Rollout, now: number): Promise<Checked> => {
  const { candidate, champion, scoredUntil, policy, stepStartedAt } = rollout;
  const blocks = await deps.scores.blocks(rollout, { candidate, champion, after: scoredUntil });
  const health = await deps.health.read(rollout, candidate, stepStartedAt);
  const counted = withBlocks(
    rollout,
    blocks.filter(({ at }) => at <= now),
  );
  const verdict = judge(counted, health, now);
  switch (verdict.decision) {
    case 'wait':
      return { lineUp: extendLease(lineUp, now + policy.leaseSeconds), rollout: counted };
    case 'next-step': {
      const next = atNextStep(counted, now);
      const reason = `step ${stepOf(counted).name} passed`;
      const change = { cause: causeOf(next), reason, at: now };
      return { lineUp: move(lineUp, placeOf(stepOf(next), policy, now), change), rollout: next };
    }
    case 'promote': {
      const change = { cause: `${rollout.rolloutId}/end`, reason: 'all steps passed', at: now };
      return { lineUp: promote(lineUp, change), rollout: endedRollout(counted, null, now) };
    }
    case 'roll-back': {
      const { rule, text: reason } = verdict.reason;
      const change = { cause: `${rollout.rolloutId}/end`, rule, reason, at: now };
      return { lineUp: withdraw(lineUp, change), rollout: endedRollout(counted, verdict.reason, now) };
    }
  }
};

const attempt = async (
  deps: CheckDeps,
  key: RolloutKey,
  { item: lineUp, revision }: Versioned<LineUp>,
  now: number,
): Promise<Attempt<Rollout>> => {
  const stored = await deps.store.rollout(key, key.rolloutId);
  if (stored === undefined) throw new InvalidInputError(`rollout ${key.rolloutId} does not exist`);
  if (stored.item.status !== 'running') return { result: stored.item };
  if (!holds(lineUp, stored.item.fence)) {
    const rollout = lostRollout(stored.item, now);
    // The line-up is written as well, unchanged: it may have been read before this rollout began.
    return {
      write: { lineUp: { item: lineUp, revision }, rollout: { item: rollout, revision: stored.revision } },
      result: rollout,
    };
  }
  const next = await judged(deps, lineUp, stored.item, now);
  return {
    write: {
      lineUp: { item: next.lineUp, revision },
      rollout: { item: next.rollout, revision: stored.revision },
    },
    result: next.rollout,
  };
};

/**
 * Checks a rollout at `now` (epoch seconds): it waits, goes on, is promoted or rolled back. Each decision is one write of
 * line-up and rollout, under the fence of the rollout. A check may be repeated at any time.
 * @throws InvalidInputError if the rollout does not exist
 */
export const checkRollout = async (
  deps: CheckDeps,
  key: RolloutKey,
  now: number,
): Promise<RolloutOutcome> => {
  const rollout = await changeLineUp(deps.store, key, (lineUp) => attempt(deps, key, lineUp, now));
  if (rollout.status !== 'running') await deps.events.publish(rolloutEnded(rollout));
  return outcomeOf(rollout, now);
};
