import { contentHash } from '../../shared/content-hash.ts';
import { INCIDENT_SEVERITIES, type Incident, isOngoing } from '../incident.ts';
import { reopen } from '../lifecycle/reopen.ts';
import { joinMembers, memberOf } from '../members.ts';
import { dedupKey, type TriggerSignal } from '../signal.ts';
import { addToTimeline, signalEntry, tellCoincidences } from '../timeline.ts';
import { type FoundCoincidence, findCoincidence, joinCoincidences } from './coincidence.ts';
import type { GroupingContext } from './grouping-context.ts';
import type { GroupingResult } from './grouping-result.ts';
import {
  type Absorbed,
  absorbAll,
  absorbRelated,
  areRelated,
  attachChanges,
  byAge,
  joinCauseKeys,
  mergeIncidents,
  remember,
  withSeverity,
} from './merge-incidents.ts';

/** Begins with the time of the first signal, so that ids sort by it; a redelivered signal gives the same id. */
const incidentIdOf = ({ tenantId, signalId, at }: TriggerSignal): string => {
  const time = new Date(at * 1000).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${time}Z-${contentHash(JSON.stringify([tenantId, signalId]))}`;
};

const openIncident = (signal: TriggerSignal, context: GroupingContext): Incident => {
  const member = memberOf(signal, context.earlyEnds.get(dedupKey(signal)));
  const incident: Incident = {
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
  };
  return withSeverity(incident);
};

/** Adds a signal to an incident that knows its key. A repeat within the TTL is no news and leaves no entry. */
const addToMember = (
  incident: Incident,
  signal: TriggerSignal,
  isRepeat: boolean,
  { earlyEnds }: GroupingContext,
): Incident => {
  const member = memberOf(signal, earlyEnds.get(dedupKey(signal)));
  const updated: Incident = {
    ...incident,
    startedAt: Math.min(incident.startedAt, signal.at),
    lastAt: Math.max(incident.lastAt, member.lastAt),
    members: { ...incident.members, [member.key]: joinMembers(incident.members[member.key]!, member) },
    causeKeys: joinCauseKeys(incident.causeKeys, signal.causeKeys ?? []),
    timeline: isRepeat
      ? incident.timeline
      : addToTimeline(incident.timeline, [signalEntry('joined', signal)]),
    seen: remember(incident.seen, [signal.signalId]),
  };
  return withSeverity(updated);
};

/** The incident in which this very signal was seen before: the ongoing one, else the last that ended. */
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

interface Step {
  readonly kind: 'opened' | 'joined' | 'repeated' | 'reopened';
  readonly incident: Incident;
  /** The stored incident that this one goes on from. */
  readonly from: Incident | null;
}

const joinHolder = (holder: Incident, signal: TriggerSignal, context: GroupingContext): Step => {
  const member = holder.members[dedupKey(signal)]!;
  const isRepeat = Math.abs(signal.at - member.lastAt) <= context.policy.dedupTtlSeconds;
  const incident = addToMember(holder, signal, isRepeat, context);
  if (!isOngoing(holder) && signal.at > (holder.resolvedAt ?? 0)) {
    return { kind: 'reopened', incident: reopen(incident, signal.at), from: holder };
  }
  return { kind: isRepeat ? 'repeated' : 'joined', incident, from: holder };
};

const openOrJoin = (
  incidents: readonly Incident[],
  signal: TriggerSignal,
  context: GroupingContext,
): Step => {
  const fresh = openIncident(signal, context);
  const related = incidents.filter((other) => isOngoing(other) && areRelated(fresh, other, context));
  const base = related.sort(byAge)[0];
  if (base === undefined) return { kind: 'opened', incident: fresh, from: null };
  return { kind: 'joined', incident: mergeIncidents(base, fresh), from: base };
};

/** An incident with a coincidence written down, and those that it makes part of it. */
const coincide = (
  incident: Incident,
  { coincidence, incidents }: FoundCoincidence,
  { policy, maxAbsorbed }: GroupingContext,
): Absorbed => {
  const joined = absorbAll(incident, incidents, maxAbsorbed);
  const coincidences = joinCoincidences(joined.incident.coincidences ?? [], [coincidence]);
  const timeline = tellCoincidences(joined.incident.timeline, coincidences, policy.coincidenceSeconds);
  return { ...joined, incident: { ...joined.incident, coincidences, timeline } };
};

/** Everything ongoing that turns out to be the same as `incident`, through a coincidence or otherwise. */
const connect = (
  incident: Incident,
  signal: TriggerSignal,
  others: readonly Incident[],
  context: GroupingContext,
): Absorbed => {
  const ongoing = others.filter(isOngoing);
  const found = findCoincidence(signal, incident, ongoing, context);
  const first = found && coincide(incident, found, context);
  const left = first === undefined ? ongoing : ongoing.filter((other) => !first.absorbed.includes(other));
  const most = context.maxAbsorbed - (first?.absorbed.length ?? 0);
  const second = absorbRelated(first?.incident ?? incident, left, context, most);
  return {
    incident: second.incident,
    absorbed: [...(first?.absorbed ?? []), ...second.absorbed],
    isUnfinished: (first?.isUnfinished ?? false) || second.isUnfinished,
  };
};

const hasRisen = (before: Incident | undefined, after: Incident): boolean =>
  before !== undefined &&
  INCIDENT_SEVERITIES.indexOf(after.severity) > INCIDENT_SEVERITIES.indexOf(before.severity);

const kindOf = (step: Step, survivor: string, gone: readonly string[]): GroupingResult['change']['kind'] => {
  if (gone.length > 0) return 'merged';
  // Opened for the signal alone, and part of another through a coincidence before it was ever stored.
  return step.kind === 'opened' && survivor !== step.incident.incidentId ? 'joined' : step.kind;
};

/** Folds in a signal that something is or will be wrong: joins what it is related to, or opens an incident. */
export const groupTrigger = (
  incidents: readonly Incident[],
  signal: TriggerSignal,
  context: GroupingContext,
): GroupingResult => {
  const holder = findHolder(incidents, signal, context);
  const step =
    holder === undefined ? openOrJoin(incidents, signal, context) : joinHolder(holder, signal, context);
  const others = incidents.filter((incident) => incident !== step.from);
  const { incident, absorbed, isUnfinished } = isOngoing(step.incident)
    ? connect(step.incident, signal, others, context)
    : { incident: step.incident, absorbed: [], isUnfinished: false };
  const survivor = incident.incidentId;
  const gone = [...absorbed, ...(step.from === null ? [] : [step.from])]
    .map(({ incidentId }) => incidentId)
    .filter((id) => id !== survivor);
  const settled = attachChanges(incident, context.recentChanges, context);
  const before = incidents.find(({ incidentId }) => incidentId === survivor);
  return {
    incident: settled,
    change: {
      kind: kindOf(step, survivor, gone),
      absorbed: gone.toSorted((a, b) => (a < b ? -1 : 1)),
      isSeverityRaised: hasRisen(before, settled),
      isUnfinished,
    },
  };
};
