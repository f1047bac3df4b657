import type { FoldContext } from './fold-policy.ts';
import { type Incident, isOngoing, targetsOf } from './incident.ts';
import { joinMemberSets } from './members.ts';
import { severityOf } from './severity.ts';
import type { ChangeSignal } from './signal.ts';
import { addToTimeline } from './timeline.ts';

/** Redeliveries come within days; this many ids bound the record's size. */
const MAX_SEEN = 2000;

/** Order in which Forestall came to know of incidents; equal times by id. */
export const byAge = (a: Incident, b: Incident): number =>
  a.detectedAt - b.detectedAt || (a.incidentId < b.incidentId ? -1 : 1);

/** Adds signal ids to those already folded in. */
export const remember = (seen: readonly string[], added: readonly string[]): string[] =>
  [...new Set([...seen, ...added])].slice(-MAX_SEEN);

const shares = (a: readonly string[], b: readonly string[]): boolean => a.some((key) => b.includes(key));

const gap = (a: Incident, b: Incident): number => Math.max(0, a.startedAt - b.lastAt, b.startedAt - a.lastAt);

const holdSameSignal = (a: Incident, b: Incident): boolean =>
  Object.keys(a.members).some((key) => b.members[key] !== undefined);

/**
 * Whether two incidents are one: their spans lie within the window of each other, and they share a cause or touch
 * targets near each other; or the same signal came back within the reopening window. Bigger incidents are related to more, never to fewer, so that the order of merging does not
 * change which signals end up together.
 */
export const areRelated = (a: Incident, b: Incident, context: FoldContext): boolean => {
  const { windowSeconds, reopenWindowSeconds } = context.policy;
  const apart = gap(a, b);
  if (a.tenantId !== b.tenantId || apart > reopenWindowSeconds) return false;
  if (holdSameSignal(a, b)) return true;
  if (apart > windowSeconds) return false;
  if (shares(a.causeKeys, b.causeKeys)) return true;
  const others = targetsOf(b);
  return targetsOf(a).some((target) => others.some((other) => context.isNear(target, other)));
};

const uniqueChanges = (changes: readonly ChangeSignal[]): ChangeSignal[] => {
  const byId = new Map(changes.map((change) => [change.signalId, change]));
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.signalId < b.signalId ? -1 : 1));
};

/** Two incidents as one; `kept` keeps its id, status and times. */
export const mergeIncidents = (kept: Incident, absorbed: Incident): Incident => {
  const merged: Incident = {
    ...kept,
    startedAt: Math.min(kept.startedAt, absorbed.startedAt),
    lastAt: Math.max(kept.lastAt, absorbed.lastAt),
    reopenCount: Math.max(kept.reopenCount, absorbed.reopenCount),
    members: joinMemberSets(kept.members, absorbed.members),
    causeKeys: [...new Set([...kept.causeKeys, ...absorbed.causeKeys])].sort(),
    changes: uniqueChanges([...kept.changes, ...absorbed.changes]),
    timeline: addToTimeline(
      kept.timeline,
      absorbed.timeline.filter(({ kind }) => kind !== 'opened'),
    ),
    seen: remember(kept.seen, absorbed.seen),
  };
  return { ...merged, severity: severityOf(merged) };
};

/**
 * Merges every ongoing incident that is related to `incident`, and then those related to the result; the one known
 * first survives.
 */
export const absorbRelated = (
  incident: Incident,
  others: readonly Incident[],
  context: FoldContext,
): { readonly incident: Incident; readonly absorbed: readonly Incident[] } => {
  let merged = incident;
  let left = others.filter(isOngoing);
  const absorbed: Incident[] = [];
  for (;;) {
    const found = left.find((other) => areRelated(merged, other, context));
    if (found === undefined) return { incident: merged, absorbed };
    left = left.filter((other) => other !== found);
    absorbed.push(found);
    merged = byAge(merged, found) <= 0 ? mergeIncidents(merged, found) : mergeIncidents(found, merged);
  }
};

/** Adds the changes that may have led to an incident: near one of its targets or of a shared cause, shortly before. */
export const attachChanges = (
  incident: Incident,
  changes: readonly ChangeSignal[],
  context: FoldContext,
): Incident => {
  const { changeLookBackSeconds, windowSeconds } = context.policy;
  const targets = targetsOf(incident);
  const evidence = changes.filter(
    (change) =>
      change.tenantId === incident.tenantId &&
      change.at >= incident.startedAt - changeLookBackSeconds &&
      change.at <= incident.lastAt + windowSeconds &&
      (shares(change.causeKeys ?? [], incident.causeKeys) ||
        targets.some((target) => context.isNear(target, change.targetId))),
  );
  return {
    ...incident,
    changes: uniqueChanges([...incident.changes, ...evidence]),
    timeline: addToTimeline(
      incident.timeline,
      evidence.map(({ at, signalId, targetId, summary }) => ({
        at,
        kind: 'change',
        key: signalId,
        text: `${targetId} changed: ${summary}`,
      })),
    ),
  };
};
