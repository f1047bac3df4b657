import type { Actor } from '../../platform/actor.ts';
import type { LineUp } from '../line-up.ts';
import type { ModelScope } from '../ports.ts';
import type { Rollout, RolloutPolicy } from '../rollout.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { rolloutIdOf } from './rollout-id.ts';
import { NO_SCORE } from './score.ts';
import { NO_EVIDENCE } from './sequential-test.ts';

export interface RolloutRequest extends ModelScope {
  readonly version: SemanticVersion;
  /** For people: what led to the rollout. */
  readonly cause: string;
  readonly by: Actor;
  readonly policy: RolloutPolicy;
}

/** A rollout at its beginning, under the fence of the line-up. */
export const newRollout = (
  request: RolloutRequest,
  { champion, fence }: Pick<LineUp, 'champion' | 'fence'>,
  now: number,
): Rollout => {
  const { tenantId, kind, version, cause, by, policy } = request;
  return {
    ...{ tenantId, kind, rolloutId: rolloutIdOf(request, version), cause, by, candidate: version },
    ...{ champion, fence, policy, status: 'running', startedAt: now, step: 0, stepStartedAt: now },
    ...{ score: NO_SCORE, test: NO_EVIDENCE, scoredUntil: now, passed: [], ended: null },
  };
};
