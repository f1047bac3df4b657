import type { EventPublisher } from '../../shared/messaging.ts';
import { ModelRefusedError } from '../errors.ts';
import { type LineUp, memberOf } from '../line-up.ts';
import type { ModelStore } from '../ports.ts';
import { changeLineUp } from '../registry/change-line-up.ts';
import { challenge } from '../registry/line-up-changes.ts';
import { type LoadDeps, loadModel } from '../registry/load-model.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { stepOf } from './judge.ts';
import { newRollout, type RolloutRequest } from './new-rollout.ts';
import { outcomeOf, type RolloutOutcome } from './outcome.ts';
import { placeOf } from './place.ts';
import { endAbandoned } from './roll-back.ts';
import { rolloutIdOf } from './rollout-id.ts';

export interface BeginDeps extends LoadDeps {
  readonly store: ModelStore;
  readonly events: EventPublisher;
  /** In production, a person approves each version before it serves. */
  readonly needsApproval: boolean;
}

const refuseUnapproved = (lineUp: LineUp, version: SemanticVersion): void => {
  if (memberOf(lineUp, version)?.approval) return;
  throw new ModelRefusedError(`version ${version} is not approved; a person has to approve it first`);
};

/**
 * Begins the rollout of a version at `now` (epoch seconds). Its files are verified first. A repeat returns where the
 * rollout is.
 * @throws ModelRefusedError while another rollout is under way, or if the version is no candidate or not approved
 * @throws UntrustedModelError if its files are not those that were signed
 */
export const beginRollout = async (
  deps: BeginDeps,
  request: RolloutRequest,
  now: number,
): Promise<RolloutOutcome> => {
  const { version, policy, cause } = request;
  const rolloutId = rolloutIdOf(request, version);
  await loadModel(deps, request, version);
  await endAbandoned(deps, { tenantId: request.tenantId, kind: request.kind }, now);
  return changeLineUp(deps.store, request, async ({ item, revision }) => {
    const stored = await deps.store.rollout(request, rolloutId);
    if (stored !== undefined) return { result: outcomeOf(stored.item, now) };
    if (deps.needsApproval) refuseUnapproved(item, version);
    const place = placeOf(stepOf({ policy, step: 0 }), policy, now);
    const change = { cause: `${rolloutId}/0`, reason: cause, at: now };
    const lineUp = challenge(item, { ...change, version, rolloutId, place });
    const rollout = newRollout(request, lineUp, now);
    return {
      write: { lineUp: { item: lineUp, revision }, rollout: { item: rollout, revision: 0 } },
      result: outcomeOf(rollout, now),
    };
  });
};
