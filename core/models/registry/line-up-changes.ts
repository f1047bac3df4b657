/** Every change that a line-up can undergo. A change with a cause that the line-up knows has happened already. */
import { ModelRefusedError } from '../errors.ts';
import {
  type Challenger,
  type LineUp,
  type LineUpMember,
  type ModelApproval,
  memberOf,
  stageOf,
  type Transition,
} from '../line-up.ts';
import type { Stage } from '../model-version.ts';
import type { RollbackReason, RollbackRule } from '../rollout.ts';
import { nextVersion, type SemanticVersion, type VersionChange } from '../semantic-version.ts';

/** Earlier champions that may serve again. */
const MAX_FORMER = 10;
/** About a year of daily trainings. */
const MAX_MEMBERS = 400;
const MAX_TRANSITIONS = 200;

/** Why a change is made, and when (epoch seconds). */
export interface Change {
  readonly cause: string;
  readonly reason: string;
  readonly at: number;
}

/** A change that takes a version out of service for good. */
export interface Rollback extends Change {
  readonly rule: RollbackReason['rule'];
}

export const hasHappened = ({ transitions }: LineUp, cause: string): boolean =>
  transitions.some((transition) => transition.cause === cause);

const withTransition = (
  before: LineUp,
  after: LineUp,
  version: SemanticVersion,
  { cause, reason, at }: Change,
): LineUp => {
  const transition: Transition = {
    ...{ cause, version, at, reason },
    ...{ from: stageOf(before, version), to: stageOf(after, version) },
  };
  return { ...after, transitions: [...before.transitions, transition].slice(-MAX_TRANSITIONS) };
};

const withMember = (
  lineUp: LineUp,
  version: SemanticVersion,
  change: (member: LineUpMember) => LineUpMember,
): readonly LineUpMember[] =>
  lineUp.members.map((member) => (member.version === version ? change(member) : member));

const retire = (
  lineUp: LineUp,
  version: SemanticVersion,
  { at, reason }: Change,
  rule: RollbackRule | null,
): LineUpMember[] => [
  ...withMember(lineUp, version, (member) => ({ ...member, retired: { at, reason, rule } })),
];

/** Drops the oldest versions beyond the limit, except those that serve or may serve again. */
const bounded = (lineUp: LineUp): LineUp => {
  const { champion, challenger, former, members } = lineUp;
  const kept = new Set([champion, challenger?.version, ...former]);
  let surplus = members.length - MAX_MEMBERS;
  const isKept = ({ version }: LineUpMember): boolean => kept.has(version) || surplus-- <= 0;
  return surplus <= 0 ? lineUp : { ...lineUp, members: members.filter(isKept) };
};

/** The version that a cause registered before. */
export const versionOfCause = ({ members }: LineUp, cause: string): SemanticVersion | undefined =>
  members.find((member) => member.cause === cause)?.version;

/** Adds the version after the highest one as a candidate. The cause must be new. */
export const register = (
  lineUp: LineUp,
  change: VersionChange,
  cause: string,
): { readonly lineUp: LineUp; readonly version: SemanticVersion } => {
  const version = nextVersion(lineUp.highest, change);
  const member: LineUpMember = { version, cause, approval: null, retired: null };
  return { version, lineUp: bounded({ ...lineUp, highest: version, members: [...lineUp.members, member] }) };
};

const refuseUnlessStage = (lineUp: LineUp, version: SemanticVersion, wanted: Stage): void => {
  const stage = stageOf(lineUp, version);
  if (stage === wanted) return;
  throw new ModelRefusedError(`version ${version} is ${stage}; only a ${wanted} can be chosen for this`);
};

/** A person, or a policy, allows a candidate to serve. The first approval stands. */
export const approve = (lineUp: LineUp, version: SemanticVersion, approval: ModelApproval): LineUp => {
  if (memberOf(lineUp, version)?.approval) return lineUp;
  refuseUnlessStage(lineUp, version, 'candidate');
  return { ...lineUp, members: [...withMember(lineUp, version, (member) => ({ ...member, approval }))] };
};

/** Where a rollout is, and until when it holds the line-up. */
export type Place = Pick<Challenger, 'stage' | 'share' | 'enrolled' | 'leaseUntil'>;

export interface Challenge extends Change {
  readonly version: SemanticVersion;
  readonly rolloutId: string;
  readonly place: Place;
}

/**
 * Begins a rollout: the candidate becomes challenger under a new fence.
 * @throws ModelRefusedError while another rollout is under way, or if the version is no candidate
 */
export const challenge = (lineUp: LineUp, { version, rolloutId, place, ...change }: Challenge): LineUp => {
  const { challenger } = lineUp;
  if (challenger !== null)
    throw new ModelRefusedError(
      `rollout ${challenger.rolloutId} of version ${challenger.version} is under way; roll it back or wait for its end`,
    );
  refuseUnlessStage(lineUp, version, 'candidate');
  const fence = lineUp.fence + 1;
  const next: Challenger = { version, rolloutId, fence, ...place };
  return withTransition(lineUp, { ...lineUp, fence, challenger: next }, version, change);
};

/** True as long as the rollout with this fence holds the line-up. */
export const holds = ({ challenger }: LineUp, fence: number): boolean => challenger?.fence === fence;

const challengerOf = ({ challenger }: LineUp): Challenger => {
  if (challenger === null) throw new ModelRefusedError('no rollout is under way');
  return challenger;
};

export const move = (lineUp: LineUp, to: Place, change: Change): LineUp => {
  const challenger = challengerOf(lineUp);
  return withTransition(
    lineUp,
    { ...lineUp, challenger: { ...challenger, ...to } },
    challenger.version,
    change,
  );
};

export const extendLease = (lineUp: LineUp, leaseUntil: number): LineUp => ({
  ...lineUp,
  challenger: { ...challengerOf(lineUp), leaseUntil },
});

/** The challenger becomes champion, and the champion may serve again later: one write. */
export const promote = (lineUp: LineUp, change: Change): LineUp => {
  const { version } = challengerOf(lineUp);
  const { champion, former } = lineUp;
  const replaced = { ...change, reason: `version ${version} took its place` };
  const after: LineUp = {
    ...lineUp,
    ...{ champion: version, championSince: change.at, challenger: null },
    former: [champion, ...former].slice(0, MAX_FORMER),
    members: retire(lineUp, champion, replaced, null),
  };
  return withTransition(lineUp, after, version, change);
};

/** Ends the rollout under way: its version never serves again. */
export const withdraw = (lineUp: LineUp, change: Rollback): LineUp => {
  const { version } = challengerOf(lineUp);
  const after = { ...lineUp, challenger: null, members: retire(lineUp, version, change, change.rule) };
  return withTransition(lineUp, after, version, change);
};

/**
 * The champion never serves again, and the newest earlier one takes its place: one write.
 * @throws ModelRefusedError if there is no earlier one
 */
export const revert = (lineUp: LineUp, change: Rollback): LineUp => {
  const { champion, former } = lineUp;
  const [back, ...rest] = former;
  if (back === undefined)
    throw new ModelRefusedError(`version ${champion} cannot be rolled back: no version served before it`);
  const retired = retire(lineUp, champion, change, change.rule);
  const after: LineUp = {
    ...lineUp,
    ...{ champion: back, championSince: change.at, former: rest },
    members: retired.map((member) => (member.version === back ? { ...member, retired: null } : member)),
  };
  return withTransition(lineUp, after, champion, change);
};
