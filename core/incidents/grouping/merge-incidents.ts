import { type Incident, isOngoing, type TimelineEntry, targetSet } from '../incident.ts';
import { joinMemberSets } from '../members.ts';
import { moreSevere, severityOf } from '../severity.ts';
import type { ChangeSignal } from '../signal.ts';
import { addToTimeline } from '../timeline.ts';
import { joinCoincidences } from './coincidence.ts';
import type { GroupingContext } from './grouping-context.ts';
import { withinCapacity } from './within-capacity.ts';

/** Redeliveries come within days; this many ids bound the record's size. */
const MAX_SEEN = 2000;

/** Order in which Forestall came to know of incidents; equal times by id. */
export const byAge = (a: Incident, b: Incident): number =>
  a.detectedAt - b.detectedAt || (a.incidentId < b.incidentId ? -1 : 1);

/** Adds signal ids to those already folded in. */
export const remember = (seen: readonly string[], added: readonly string[]): readonly string[] => {
  const fresh = added.length === 1 ? added.filter((id) => !seen.includes(id)) : added;
  const all = added.length === 1 ? [...seen, ...fresh] : [...new Set([...seen, ...fresh])];
  return all.length > MAX_SEEN ? all.slice(-MAX_SEEN) : all;
};

/** A storm joins cause by cause; beyond this many, further ones connect nothing. */
const MAX_CAUSE_KEYS = 1000;

/** Cause keys of both, sorted. */
export const joinCauseKeys = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const fresh = b.filter((key) => !a.includes(key));
  return fresh.length === 0 ? a : [...new Set([...a, ...fresh])].slice(0, MAX_CAUSE_KEYS).sort();
};

const shares = (a: readonly string[], b: readonly string[]): boolean => a.some((key) => b.includes(key));

const gap = (a: Incident, b: Incident): number => Math.max(0, a.startedAt - b.lastAt, b.startedAt - a.lastAt);

const holdSameSignal = (a: Incident, b: Incident): boolean =>
  Object.keys(a.members).some((key) => b.members[key] !== undefined);

/**
 * Whether two incidents are one: their spans lie within the window of each other, and they share a cause or touch
 * targets near each other; or the same signal came back within the reopening window. Bigger incidents are related to more, never to fewer, so that the order of merging does not
 * change which signals end up together.
 */
export const areRelated = (a: Incident, b: Incident, context: GroupingContext): boolean => {
  const { windowSeconds, reopenWindowSeconds } = context.policy;
  const apart = gap(a, b);
  if (a.tenantId !== b.tenantId || apart > reopenWindowSeconds) return false;
  const [fewer, more] = targetSet(a).size <= targetSet(b).size ? [a, b] : [b, a];
  if (holdSameSignal(fewer, more)) return true;
  if (apart > windowSeconds) return false;
  if (shares(a.causeKeys, b.causeKeys)) return true;
  const known = targetSet(more);
  // What is near a target is worked out per target: asked of the few, not of the many.
  return [...targetSet(fewer)].some(
    (target) => known.has(target) || [...known].some((other) => context.isNear(target, other)),
  );
};

const uniqueChanges = (changes: readonly ChangeSignal[]): ChangeSignal[] => {
  const byId = new Map(changes.map((change) => [change.signalId, change]));
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.signalId < b.signalId ? -1 : 1));
};

/** Of several beginnings the first one opened the incident; the others joined it. */
const asJoined = (entry: TimelineEntry): TimelineEntry =>
  entry.kind === 'opened' ? { ...entry, kind: 'joined' } : entry;

/** Two incidents as one; `kept` keeps its id, status and times. */
export const mergeIncidents = (kept: Incident, absorbed: Incident): Incident => {
  const merged: Incident = {
    ...kept,
    startedAt: Math.min(kept.startedAt, absorbed.startedAt),
    lastAt: Math.max(kept.lastAt, absorbed.lastAt),
    reopenCount: Math.max(kept.reopenCount, absorbed.reopenCount),
    members: joinMemberSets(kept.members, absorbed.members),
    causeKeys: joinCauseKeys(kept.causeKeys, absorbed.causeKeys),
    ...joinedOptions(kept, absorbed),
    changes: uniqueChanges([...kept.changes, ...absorbed.changes]),
    timeline: addToTimeline(kept.timeline, absorbed.timeline.map(asJoined)),
    seen: remember(kept.seen, absorbed.seen),
  };
  return withSeverity(withinCapacity(merged));
};

const joinedOptions = (a: Incident, b: Incident): Pick<Incident, 'coincidences' | 'omittedSignals'> => {
  const coincidences = joinCoincidences(a.coincidences ?? [], b.coincidences ?? []);
  const omittedSignals = (a.omittedSignals ?? 0) + (b.omittedSignals ?? 0);
  return { ...(coincidences.length > 0 && { coincidences }), ...(omittedSignals > 0 && { omittedSignals }) };
};

/** Severity never falls while an incident lasts, also where members were left out. */
export const withSeverity = (incident: Incident): Incident => ({
  ...incident,
  severity: moreSevere(incident.severity, severityOf(incident)),
});

/** Two incidents as one, whichever was given first: the one known first survives. */
const mergeByAge = (a: Incident, b: Incident): Incident =>
  byAge(a, b) <= 0 ? mergeIncidents(a, b) : mergeIncidents(b, a);

/** One incident and those that became part of it; `isUnfinished` where more belong to it than were allowed. */
export interface Absorbed {
  readonly incident: Incident;
  readonly absorbed: readonly Incident[];
  readonly isUnfinished: boolean;
}

/** Merges the given incidents into one, at most `most` of them. */
export const absorbAll = (incident: Incident, others: readonly Incident[], most: number): Absorbed => {
  const absorbed = [...others].sort(byAge).slice(0, most);
  return {
    incident: absorbed.reduce(mergeByAge, incident),
    absorbed,
    isUnfinished: absorbed.length < others.length,
  };
};

/**
 * Merges every ongoing incident that is related to `incident`, and then those related to the result, at most `most` of
 * them; the one known first survives.
 */
export const absorbRelated = (
  incident: Incident,
  others: readonly Incident[],
  context: GroupingContext,
  most: number,
): Absorbed => {
  let merged = incident;
  let left = others.filter(isOngoing);
  const absorbed: Incident[] = [];
  for (;;) {
    const found = left.find((other) => areRelated(merged, other, context));
    if (found === undefined) return { incident: merged, absorbed, isUnfinished: false };
    if (absorbed.length >= most) return { incident: merged, absorbed, isUnfinished: true };
    left = left.filter((other) => other !== found);
    absorbed.push(found);
    merged = mergeByAge(merged, found);
  }
};

/** Adds the changes that may have led to an incident: near one of its targets or of a shared cause, shortly before. */
export const attachChanges = (
  incident: Incident,
  changes: readonly ChangeSignal[],
  context: GroupingContext,
): Incident => {
  if (changes.length === 0) return incident;
  const { changeLookBackSeconds, windowSeconds } = context.policy;
  const targets = [...targetSet(incident)];
  const evidence = changes.filter(
    (change) =>
      change.tenantId === incident.tenantId &&
      change.at >= incident.startedAt - changeLookBackSeconds &&
      change.at <= incident.lastAt + windowSeconds &&
      (shares(change.causeKeys ?? [], incident.causeKeys) ||
        targets.some((target) => context.isNear(change.targetId, target))),
  );
  if (evidence.length === 0) return incident;
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
