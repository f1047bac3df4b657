import { HOUR_SECONDS } from '../../shared/time.ts';
import { LONGEST_EPISODE_SECONDS } from '../engine/episode.ts';
import type { Anomaly } from '../ports.ts';

/** An end is told with the point after it, which comes a push later. */
const TOLD_WITHIN_SECONDS = HOUR_SECONDS;

/** Anomalies before this (epoch seconds) are over, or their target has stopped reporting and nobody knows. */
export const oldestActive = (now: number): number => now - LONGEST_EPISODE_SECONDS - TOLD_WITHIN_SECONDS;

/** Whether an anomaly goes on, as far as is known. `now` in epoch seconds. */
export const isActive = ({ endedAt, timestamp }: Anomaly, now: number): boolean =>
  endedAt === undefined && timestamp >= oldestActive(now);
