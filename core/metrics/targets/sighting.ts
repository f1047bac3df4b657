import type { Profile, TargetMetric, TargetNotice } from './target.ts';

/** Information about a target from a batch of points; recording it twice has no further effect. */
export interface TargetSighting {
  readonly targetId: string;
  readonly profile: Profile | undefined;
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  /** Epoch seconds of the oldest and newest point. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Points in an hour of all metrics, estimated from the hour of the newest point. */
  readonly pointsPerHour?: number;
  readonly notices?: readonly TargetNotice[];
}
