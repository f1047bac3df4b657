import { contentHash } from '../../shared/content-hash.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { type Incident, isOngoing } from '../incident.ts';
import { reopen } from '../lifecycle/reopen.ts';
import { joinMembers, memberOf } from '../members.ts';
import { dedupKey, type TriggerSignal } from '../signal.ts';
import { addToTimeline, signalEntry, withCoincidences } from '../timeline.ts';
import { areRelated } from './are-related.ts';
import { attachChanges } from './attach-changes.ts';
import { type FoundCoincidence, findCoincidence, joinCoincidences } from './find-coincidence.ts';
import type { GroupingContext } from './grouping-context.ts';
import { absorbedIds, type GroupingResult } from './grouping-result.ts';
import {
  type Absorbed,
  absorbAll,
  absorbRelated,
  byAge,
  joinCauseKeys,
  mergeIncidents,
  remember,
  withSeverity,
} from './merge-incidents.ts';

/** The effect of a signal on one incident, before related incidents are merged. */
interface Placement {
  readonly kind: 'opened' | 'joined' | 'repeated' | 'reopened';
  readonly incident: Incident;
  /** The stored incident that this one replaces. */
  readonly from: Incident | null;
}

/** Groups a signal of present or predicted harm: it joins the incident to which it is related, or opens one. */
export const groupTrigger = (
  incidents: readonly Incident[],
  signal: TriggerSignal,
  context: GroupingContext,
): GroupingResult => {
  const holder = findHolder(incidents, signal, context);
  const placed =
    holder === undefined ? openOrJoin(incidents, signal, context) : joinHolder(holder, signal, context);
  const others = incidents.filter((incident) => incident !== placed.from);
  const { incident, absorbed, isUnfinished } = isOngoing(placed.incident)
    ? connect(placed.incident, signal, others, context)
    : { incident: placed.incident, absorbed: [], isUnfinished: false };
  const gone = absorbedIds([...absorbed, ...(placed.from === null ? [] : [placed.from])], incident);
  return {
    incident: attachChanges(incident, context.recentChanges, context),
    change: { kind: kindOf(placed, incident, gone), absorbed: gone, isUnfinished },
  };
};

/** The incident that already holds this signal's key: an ongoing one, else the last one that ended. */
const findHolder = (incidents: readonly Incident[], signal: TriggerSignal, context: GroupingContext) => {
  const key = dedupKey(signal);
  const reach = context.policy.reopenWindowSeconds;
  const holders = incidents.filter(
    ({ status, members, startedAt, lastAt }) =>
      status !== 'reviewed' &&
      members[key] !== undefined &&
      signal.at >= startedAt - reach &&
      signal.at <= lastAt + reach,
  );
  return holders.find(isOngoing) ?? holders.sort((a, b) => b.lastAt - a.lastAt)[0];
};

const joinHolder = (holder: Incident, signal: TriggerSignal, context: GroupingContext): Placement => {
  const member = holder.members[dedupKey(signal)]!;
  const isRepeat = Math.abs(signal.at - member.lastAt) <= context.policy.dedupTtlSeconds;
  const incident = addToMember(holder, signal, isRepeat, context);
  if (!isOngoing(holder) && signal.at > (holder.resolvedAt ?? 0)) {
    const reopened = reopen(incident, signal.at, 'the same signal came back');
    return { kind: 'reopened', incident: reopened, from: holder };
  }
  return { kind: isRepeat ? 'repeated' : 'joined', incident, from: holder };
};

/** Adds a signal to a known member. A repeat within the deduplication time leaves no timeline entry. */
const addToMember = (
  incident: Incident,
  signal: TriggerSignal,
  isRepeat: boolean,
  { earlyEnds }: GroupingContext,
): Incident => {
  const member = memberOf(signal, earlyEnds.get(dedupKey(signal)));
  return withSeverity({
    ...incident,
    startedAt: Math.min(incident.startedAt, signal.at),
    lastAt: Math.max(incident.lastAt, member.lastAt),
    members: { ...incident.members, [member.key]: joinMembers(incident.members[member.key]!, member) },
    causeKeys: joinCauseKeys(incident.causeKeys, signal.causeKeys ?? []),
    timeline: isRepeat
      ? incident.timeline
      : addToTimeline(incident.timeline, [signalEntry('joined', signal)]),
    seen: remember(incident.seen, [signal.signalId]),
  });
};

const openOrJoin = (
  incidents: readonly Incident[],
  signal: TriggerSignal,
  context: GroupingContext,
): Placement => {
  const fresh = openIncident(signal, context);
  const related = incidents.filter((other) => isOngoing(other) && areRelated(fresh, other, context));
  const oldest = related.sort(byAge)[0];
  if (oldest === undefined) return { kind: 'opened', incident: fresh, from: null };
  return { kind: 'joined', incident: mergeIncidents(oldest, fresh), from: oldest };
};

const openIncident = (signal: TriggerSignal, context: GroupingContext): Incident => {
  const member = memberOf(signal, context.earlyEnds.get(dedupKey(signal)));
  return withSeverity({
    incidentId: incidentIdOf(signal),
    tenantId: signal.tenantId,
    status: 'open',
    severity: 'low',
    startedAt: signal.at,
    lastAt: member.lastAt,
    detectedAt: context.now,
    reopenCount: 0,
    members: { [member.key]: member },
    causeKeys: [...new Set(signal.causeKeys ?? [])].sort(),
    changes: [],
    timeline: [signalEntry('opened', signal)],
    seen: [signal.signalId],
  });
};

/** Starts with the time of the first signal, so that ids sort by it. A redelivered signal gets the same id. */
const incidentIdOf = ({ tenantId, signalId, at }: TriggerSignal): string => {
  const time = isoOfSeconds(at).slice(0, 19).replaceAll(':', '-');
  return `${time}Z-${contentHash(JSON.stringify([tenantId, signalId]))}`;
};

/** Merges everything ongoing that is related to `incident`, through a coincidence or otherwise. */
const connect = (
  incident: Incident,
  signal: TriggerSignal,
  others: readonly Incident[],
  context: GroupingContext,
): Absorbed => {
  const ongoing = others.filter(isOngoing);
  const found = findCoincidence(signal, incident, ongoing, context);
  if (found === undefined) return absorbRelated(incident, ongoing, context, context.maxAbsorbed);
  const coincided = absorbCoincidence(incident, found, context);
  const rest = ongoing.filter((other) => !coincided.absorbed.includes(other));
  const max = context.maxAbsorbed - coincided.absorbed.length;
  const related = absorbRelated(coincided.incident, rest, context, max);
  return {
    incident: related.incident,
    absorbed: [...coincided.absorbed, ...related.absorbed],
    isUnfinished: coincided.isUnfinished || related.isUnfinished,
  };
};

/** Merges the incidents of a coincidence and records it. */
const absorbCoincidence = (
  incident: Incident,
  { coincidence, incidents }: FoundCoincidence,
  { policy, maxAbsorbed }: GroupingContext,
): Absorbed => {
  const joined = absorbAll(incident, incidents, maxAbsorbed);
  const coincidences = joinCoincidences(joined.incident.coincidences ?? [], [coincidence]);
  const timeline = withCoincidences(joined.incident.timeline, coincidences, policy.coincidenceSeconds);
  return { ...joined, incident: { ...joined.incident, coincidences, timeline } };
};

const kindOf = (
  placed: Placement,
  survivor: Incident,
  absorbed: readonly string[],
): GroupingResult['change']['kind'] => {
  if (absorbed.length > 0) return 'merged';
  // An incident opened for the signal and absorbed before it was stored never existed: the signal joined the other one.
  const isNeverStored = placed.kind === 'opened' && survivor.incidentId !== placed.incident.incidentId;
  return isNeverStored ? 'joined' : placed.kind;
};
