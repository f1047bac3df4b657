import { type Incident, isOngoing, type TimelineEntry } from '../incident.ts';
import { joinMemberSets } from '../members.ts';
import { moreSevere, severityOf } from '../severity.ts';
import { addToTimeline } from '../timeline.ts';
import { areRelated } from './are-related.ts';
import { uniqueChanges } from './attach-changes.ts';
import { joinCoincidences } from './find-coincidence.ts';
import type { GroupingContext } from './grouping-context.ts';
import { withinCapacity } from './within-capacity.ts';

/** Order in which Forestall opened incidents; equal times by id. */
export const byAge = (a: Incident, b: Incident): number =>
  a.detectedAt - b.detectedAt || (a.incidentId < b.incidentId ? -1 : 1);

/** Redeliveries come within days; this many ids bound the size of the record. */
const MAX_SEEN = 2000;

/** Adds signal ids to those already grouped. */
export const remember = (seen: readonly string[], added: readonly string[]): readonly string[] => {
  const all = [...new Set([...seen, ...added])];
  return all.length > MAX_SEEN ? all.slice(-MAX_SEEN) : all;
};

/** Bounds the size of the record in a storm; further cause keys connect nothing. */
const MAX_CAUSE_KEYS = 1000;

/** Cause keys of both, sorted. */
export const joinCauseKeys = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const fresh = b.filter((key) => !a.includes(key));
  return fresh.length === 0 ? a : [...new Set([...a, ...fresh])].slice(0, MAX_CAUSE_KEYS).sort();
};

/** Only the first beginning opened the merged incident; the others joined it. */
const asJoined = (entry: TimelineEntry): TimelineEntry =>
  entry.kind === 'opened' ? { ...entry, kind: 'joined' } : entry;

const joinedOptions = (a: Incident, b: Incident): Pick<Incident, 'coincidences' | 'omittedSignals'> => {
  const coincidences = joinCoincidences(a.coincidences ?? [], b.coincidences ?? []);
  const omittedSignals = (a.omittedSignals ?? 0) + (b.omittedSignals ?? 0);
  return { ...(coincidences.length > 0 && { coincidences }), ...(omittedSignals > 0 && { omittedSignals }) };
};

/** Merges two incidents; `kept` keeps its id, status and times. */
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

/** Updates the severity. It never falls, even if members were dropped for lack of capacity. */
export const withSeverity = (incident: Incident): Incident => ({
  ...incident,
  severity: moreSevere(incident.severity, severityOf(incident)),
});

const mergeIntoOlder = (a: Incident, b: Incident): Incident =>
  byAge(a, b) <= 0 ? mergeIncidents(a, b) : mergeIncidents(b, a);

/** An incident, the incidents merged into it, and whether more would have to be. */
export interface Absorbed {
  readonly incident: Incident;
  readonly absorbed: readonly Incident[];
  readonly isUnfinished: boolean;
}

/** Merges the given incidents into one, at most `max` of them; the oldest one survives. */
export const absorbAll = (incident: Incident, others: readonly Incident[], max: number): Absorbed => {
  const absorbed = [...others].sort(byAge).slice(0, max);
  return {
    incident: absorbed.reduce(mergeIntoOlder, incident),
    absorbed,
    isUnfinished: absorbed.length < others.length,
  };
};

/** Merges every ongoing incident related to `incident` or to the result, at most `max` of them; the oldest one survives. */
export const absorbRelated = (
  incident: Incident,
  others: readonly Incident[],
  context: GroupingContext,
  max: number,
): Absorbed => {
  let merged = incident;
  let remaining = others.filter(isOngoing);
  const absorbed: Incident[] = [];
  for (;;) {
    const related = remaining.find((other) => areRelated(merged, other, context));
    if (related === undefined) return { incident: merged, absorbed, isUnfinished: false };
    if (absorbed.length >= max) return { incident: merged, absorbed, isUnfinished: true };
    remaining = remaining.filter((other) => other !== related);
    absorbed.push(related);
    merged = mergeIntoOlder(merged, related);
  }
};
