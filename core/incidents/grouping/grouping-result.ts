import type { Incident } from '../incident.ts';

/**
 * The effect of a signal. `duplicate` and `ignored` change nothing and need no write. The caller remembers an
 * `early-end` until the signal that it ends arrives.
 */
export type GroupingKind =
  | 'opened'
  | 'joined'
  | 'repeated'
  | 'cleared'
  | 'early-end'
  | 'reopened'
  | 'merged'
  | 'change-attached'
  | 'duplicate'
  | 'ignored';

export interface GroupingChange {
  readonly kind: GroupingKind;
  /** Ids of incidents that the returned one absorbed. */
  readonly absorbed: readonly string[];
  /** True if more incidents are related than may be absorbed at once; `connectIncident` absorbs the others. */
  readonly isUnfinished: boolean;
}

/** The incident after the signal (null if the signal concerns none) and the effect on it. */
export interface GroupingResult {
  readonly incident: Incident | null;
  readonly change: GroupingChange;
}

/** The result of a signal that changes no incident. */
export const unchanged = (
  kind: 'duplicate' | 'ignored' | 'early-end',
  incident: Incident | null,
): GroupingResult => ({ incident, change: { kind, absorbed: [], isUnfinished: false } });

/** Ids of the incidents that were merged into `survivor`, sorted. */
export const absorbedIds = (merged: readonly Incident[], survivor: Incident): string[] =>
  merged
    .map(({ incidentId }) => incidentId)
    .filter((id) => id !== survivor.incidentId)
    .sort((a, b) => (a < b ? -1 : 1));
