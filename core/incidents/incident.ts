import type { Actor } from '../platform/actor.ts';
import type { ChangeSignal, TriggerSignal } from './signal.ts';

/** `open`: not acknowledged yet; `mitigated`: the harm has stopped; `resolved`: over; `reviewed`: lessons recorded. */
export const INCIDENT_STATUSES = ['open', 'acknowledged', 'mitigated', 'resolved', 'reviewed'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

export const INCIDENT_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

/** All signals of one dedup key within an incident. Times are epoch seconds. */
export interface IncidentMember {
  readonly key: string;
  readonly kind: TriggerSignal['kind'];
  readonly targetId: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** Namespace and name of an alarm's metric, if known. */
  readonly watches?: string;
  /** Times after `firstAt` at which the member began again, ascending; the newest few. Absent if there are none. */
  readonly onsets?: readonly number[];
  /** Newest known end. Absent before the first end. */
  readonly endedAt?: number;
  /** True if the member began after its newest known end. */
  readonly isActive: boolean;
  /** Highest confidence or probability seen. */
  readonly confidence: number;
  /** Earliest expected crossing, epoch seconds; null without a prediction. */
  readonly impactAt: number | null;
}

export const TIMELINE_KINDS = [
  'opened',
  'joined',
  'coincided',
  'cleared',
  'full',
  'change',
  'merged',
  'reopened',
  'status',
  'note',
] as const;

/** One event of the timeline. Repeats with the same kind, time and `key` are one entry. */
export interface TimelineEntry {
  readonly at: number;
  readonly kind: (typeof TIMELINE_KINDS)[number];
  readonly key: string;
  readonly text: string;
  /** Absent if Forestall did it. */
  readonly by?: Actor;
}

/** Targets whose same metric or alarm began to misbehave within one window; see `grouping/find-coincidence.ts`. */
export interface Coincidence {
  /** Metric or alarm name pattern. */
  readonly subject: string;
  /** Start of the window that holds most of the targets, epoch seconds. */
  readonly at: number;
  readonly targets: number;
}

/** The findings that people recorded about an incident. */
export interface Conclusion {
  /** The target that caused the incident, or a description if the cause is not a target. */
  readonly cause?: string;
  /** The action that ended the incident. */
  readonly fix?: string;
  readonly by: Actor;
  /** Epoch seconds. */
  readonly at: number;
}

/** Related signals of one tenant, handled as one. */
export interface Incident {
  readonly incidentId: string;
  readonly tenantId: string;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  /** Time of the earliest signal. */
  readonly startedAt: number;
  /** Time of the latest signal. */
  readonly lastAt: number;
  /** Time at which Forestall opened the incident. */
  readonly detectedAt: number;
  readonly acknowledgedAt?: number;
  readonly mitigatedAt?: number;
  readonly resolvedAt?: number;
  readonly reviewedAt?: number;
  readonly conclusion?: Conclusion;
  readonly reopenCount: number;
  readonly members: Readonly<Record<string, IncidentMember>>;
  readonly causeKeys: readonly string[];
  /** Coincidences that joined targets with nothing else in common, by subject. Absent if there are none. */
  readonly coincidences?: readonly Coincidence[];
  /** Number of signals that were counted but not kept because the incident is full. Absent if there are none. */
  readonly omittedSignals?: number;
  readonly changes: readonly ChangeSignal[];
  readonly timeline: readonly TimelineEntry[];
  /** Ids of signals already grouped, so that a redelivery changes nothing. Oldest first, bounded. */
  readonly seen: readonly string[];
}

/** What a diagnosis reads of an incident. */
export type DiagnosedIncident = Pick<Incident, 'incidentId' | 'startedAt' | 'members'>;

const targetSets = new WeakMap<Incident['members'], ReadonlySet<string>>();

/** Targets of an incident, in no particular order. Cached per set of members, which never changes. */
export const targetSet = ({ members }: Pick<Incident, 'members'>): ReadonlySet<string> => {
  const known = targetSets.get(members);
  if (known !== undefined) return known;
  const targets = new Set<string>();
  for (const key in members) targets.add(members[key]!.targetId);
  targetSets.set(members, targets);
  return targets;
};

/** Targets of an incident, sorted. */
export const targetsOf = (incident: Pick<Incident, 'members'>): string[] => [...targetSet(incident)].sort();

/** True while an incident takes in new signals: until it is resolved. */
export const isOngoing = ({ status }: Pick<Incident, 'status'>): boolean =>
  status !== 'resolved' && status !== 'reviewed';
