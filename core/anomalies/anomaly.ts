import { HOUR_SECONDS } from '../shared/time.ts';
import { ANOMALY_KINDS, type AnomalyKind } from './engine/detection-result.ts';
import { MAX_EPISODE_SECONDS } from './engine/episode.ts';

export { ANOMALY_KINDS, type AnomalyKind };

/** The target that an anomaly or a detector state belongs to. */
export interface Owner {
  readonly tenantId: string;
  readonly targetId: string;
}

/** An unusual point that raised an alert. Tenant, target, metric and timestamp identify it. */
export interface Anomaly extends Owner {
  readonly metric: string;
  /** Epoch seconds of the point. */
  readonly timestamp: number;
  /** The value that the detector saw: the rate per second for a counter. */
  readonly value: number;
  readonly kind: AnomalyKind;
  /** Epoch seconds at which the metric became unusual. */
  readonly since: number;
  readonly score: number;
  /** A point this unusual occurs about once in this many points. */
  readonly oneIn: number;
  /** Score of each part of the detector. */
  readonly parts: Readonly<Record<string, number>>;
  /** Band that holds 98 % of the values at this time of day; undefined if nothing was learned about that time. */
  readonly expected: { readonly lower: number; readonly upper: number } | undefined;
  /** One sentence for people. */
  readonly reason: string;
  /** Reason of the maintenance window that the point fell into, or other reason not to announce it. */
  readonly silenced: string | undefined;
  /** Names of causes that it shares with other anomalies. */
  readonly causeKeys?: readonly string[] | undefined;
  /** Epoch seconds of the last unusual point of its episode; undefined while the episode is open or its end unknown. */
  readonly endedAt?: number | undefined;
}

/** The end of an anomaly's episode. */
export interface AnomalyEnd extends Owner {
  readonly metric: string;
  /** Epoch seconds of the anomaly. */
  readonly timestamp: number;
  /** Epoch seconds of the last unusual point. */
  readonly endedAt: number;
}

/** An end is announced with the point that follows it, which arrives one push later. */
const END_DELAY_SECONDS = HOUR_SECONDS;

/** Anomalies before this time (epoch seconds) have ended, or their target stopped reporting and their end is unknown. */
export const oldestActive = (now: number): number => now - MAX_EPISODE_SECONDS - END_DELAY_SECONDS;

/** True for an anomaly that has no known end and is younger than the longest episode. `now` in epoch seconds. */
export const isActive = ({ endedAt, timestamp }: Anomaly, now: number): boolean =>
  endedAt === undefined && timestamp >= oldestActive(now);
