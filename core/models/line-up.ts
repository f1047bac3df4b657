/**
 * Which versions of one kind of model serve a tenant. It is one stored item, so that a single conditional write moves the
 * champion: there is exactly one at every moment, and one challenger at most.
 */
import * as z from 'zod';
import { StoredActor } from '../platform/actor.ts';
import { Seconds, STAGES, type Stage } from './model-version.ts';
import { ROLLBACK_RULES } from './rollout.ts';
import { SemanticVersion, SHIPPED_VERSION } from './semantic-version.ts';

/** A version on its way to become champion. While there is one, no other rollout begins. */
export const Challenger = z.strictObject({
  version: SemanticVersion,
  stage: z.enum(['shadow', 'canary']),
  /** Share of the units that it serves, from 0 to 1. */
  share: z.number().min(0).max(1),
  /** Share of the units in the experiment; those above `share` are its control group. */
  enrolled: z.number().min(0).max(1),
  rolloutId: z.string(),
  /** Only the rollout that holds this number may move the challenger. */
  fence: z.number().int().positive(),
  /** From then on another rollout may end this one, epoch seconds. */
  leaseUntil: Seconds,
});
export type Challenger = z.infer<typeof Challenger>;

export const ModelApproval = z.strictObject({
  by: StoredActor,
  at: Seconds,
  reason: z.string().max(500),
});
export type ModelApproval = z.infer<typeof ModelApproval>;

export const LineUpMember = z.strictObject({
  version: SemanticVersion,
  /** Of its registration. */
  cause: z.string(),
  approval: ModelApproval.nullable(),
  /** Null for a version that never left the stage `candidate`, for the challenger and for the champion. */
  retired: z
    .strictObject({
      at: Seconds,
      reason: z.string(),
      /** Why it was rolled back, and so never serves again; null if another version took its place. */
      rule: z.enum(ROLLBACK_RULES).nullable(),
    })
    .nullable(),
});
export type LineUpMember = z.infer<typeof LineUpMember>;

export const Transition = z.strictObject({
  /** A transition with the same cause happens once. */
  cause: z.string(),
  version: SemanticVersion,
  from: z.enum(STAGES),
  to: z.enum(STAGES),
  at: Seconds,
  reason: z.string(),
});
export type Transition = z.infer<typeof Transition>;

export const LineUp = z.strictObject({
  champion: SemanticVersion,
  /** Epoch seconds; 0 for the version that ships with the product. */
  championSince: Seconds,
  /** Earlier champions that may serve again, the newest first. */
  former: z.array(SemanticVersion),
  challenger: Challenger.nullable(),
  /** Registered versions, the oldest first; the oldest are dropped once there are many. */
  members: z.array(LineUpMember),
  /** Of all versions ever registered. */
  highest: SemanticVersion,
  /** Of the newest rollout. */
  fence: z.number().int().nonnegative(),
  /** The newest last. */
  transitions: z.array(Transition),
});
export type LineUp = z.infer<typeof LineUp>;

export const EMPTY_LINE_UP: LineUp = {
  ...{ champion: SHIPPED_VERSION, championSince: 0, former: [], challenger: null },
  ...{ members: [], highest: SHIPPED_VERSION, fence: 0, transitions: [] },
};

export const memberOf = ({ members }: LineUp, version: SemanticVersion): LineUpMember | undefined =>
  members.find((member) => member.version === version);

/** The stage of a version. One that the line-up no longer lists is retired. */
export const stageOf = (lineUp: LineUp, version: SemanticVersion): Stage => {
  if (version === lineUp.champion) return 'champion';
  if (version === lineUp.challenger?.version) return lineUp.challenger.stage;
  return memberOf(lineUp, version)?.retired === null ? 'candidate' : 'retired';
};

/** True for the champion and for earlier champions that were not rolled back: what a tenant may be pinned to. */
export const isTrusted = ({ champion, former }: LineUp, version: SemanticVersion): boolean =>
  version === champion || former.includes(version);
