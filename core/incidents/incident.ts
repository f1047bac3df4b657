import type { ChangeSignal, TriggerSignal } from './signal.ts';

/** `open`: nobody has looked; `mitigated`: harm has stopped; `resolved`: over; `reviewed`: lessons written down. */
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
  /** Of an alarm: namespace and name of its metric, where they are known. */
  readonly watches?: string;
  /** Times after `firstAt` at which it began again, ascending: the newest few. Left out where there are none. */
  readonly onsets?: readonly number[];
  /** Up to when its end is known: what began later goes on. Left out before the first end. */
  readonly over?: number;
  /** Whether it goes on: it began after its last known end. */
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

/** One thing that happened; `key` makes repeats of it one entry. */
export interface TimelineEntry {
  readonly at: number;
  readonly kind: (typeof TIMELINE_KINDS)[number];
  readonly key: string;
  readonly text: string;
  /** Who did it; left out for what Forestall did by itself. */
  readonly by?: string;
}

/** Targets of which the same metric or alarm began to misbehave within one window; see `coincidence.ts`. */
export interface Coincidence {
  /** Metric or alarm name pattern. */
  readonly subject: string;
  /** Start of the window that holds most of them, epoch seconds. */
  readonly at: number;
  readonly targets: number;
}

/** What people found out about an incident. */
export interface Conclusion {
  /** The target that caused it; or, in words, what did where that is no target. */
  readonly cause?: string;
  /** What ended it, in words. */
  readonly fix?: string;
  readonly by: string;
  /** Epoch seconds. */
  readonly at: number;
}

/** Related signals as one thing to deal with. */
export interface Incident {
  readonly incidentId: string;
  readonly tenantId: string;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  /** When it began: the earliest signal's time. */
  readonly startedAt: number;
  /** The latest signal's time. */
  readonly lastAt: number;
  /** When Forestall knew of it. */
  readonly detectedAt: number;
  readonly acknowledgedAt?: number;
  readonly mitigatedAt?: number;
  readonly resolvedAt?: number;
  readonly reviewedAt?: number;
  readonly conclusion?: Conclusion;
  readonly reopenCount: number;
  readonly members: Readonly<Record<string, IncidentMember>>;
  readonly causeKeys: readonly string[];
  /** Why targets that share nothing else are in one incident; left out where nothing coincided. By subject. */
  readonly coincidences?: readonly Coincidence[];
  /** Signals that are counted only, as the incident holds as many members as it can; left out where there are none. */
  readonly omittedSignals?: number;
  readonly changes: readonly ChangeSignal[];
  readonly timeline: readonly TimelineEntry[];
  /** Signals already folded in, so that a redelivery changes nothing. Oldest first, bounded. */
  readonly seen: readonly string[];
}

const targetSets = new WeakMap<Incident['members'], ReadonlySet<string>>();

/** Targets that an incident touches, in no particular order. Members never change, so that they are gathered once. */
export const targetSet = ({ members }: Incident): ReadonlySet<string> => {
  const known = targetSets.get(members);
  if (known !== undefined) return known;
  const targets = new Set<string>();
  for (const key in members) targets.add(members[key]!.targetId);
  targetSets.set(members, targets);
  return targets;
};

/** Targets that an incident touches, sorted. */
export const targetsOf = (incident: Incident): string[] => [...targetSet(incident)].sort();

/** Whether an incident still takes in new signals by itself. */
export const isOngoing = ({ status }: Incident): boolean => status !== 'resolved' && status !== 'reviewed';
