import type { Incident } from '../incident.ts';

/**
 * What a signal did. `duplicate` and `ignored` changed nothing and need no write; `early-end` is to be remembered, as
 * what it ends has not arrived.
 */
export const GROUPING_KINDS = [
  'opened',
  'joined',
  'repeated',
  'cleared',
  'early-end',
  'reopened',
  'merged',
  'change-attached',
  'duplicate',
  'ignored',
] as const;

export interface GroupingChange {
  readonly kind: (typeof GROUPING_KINDS)[number];
  /** Ids of incidents that are part of the returned one from now on. */
  readonly absorbed: readonly string[];
  readonly isSeverityRaised: boolean;
  /** More incidents belong to the returned one than may be absorbed at once: `connectIncident` absorbs the rest. */
  readonly isUnfinished: boolean;
}

/** The incident after the signal (null: it concerns none) and what happened to it. */
export interface GroupingResult {
  readonly incident: Incident | null;
  readonly change: GroupingChange;
}

/** The result of a signal that changes no incident. */
export const unchanged = (
  kind: 'duplicate' | 'ignored' | 'early-end',
  incident: Incident | null,
): GroupingResult => ({
  incident,
  change: { kind, absorbed: [], isSeverityRaised: false, isUnfinished: false },
});
