import { HOUR_SECONDS } from '../../shared/time.ts';

/**
 * The `lastSeen` of a stored target lags by up to a step: refreshing it with each push would be most of the writes of the
 * registry. Whatever needs the newest point reads the blocks of the hour of `lastSeen` and of the next one.
 */
export const LAST_SEEN_STEP_SECONDS = HOUR_SECONDS;

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
};

/**
 * Number of the step that an instant (epoch seconds) falls into. The steps of each target begin at a moment of their own,
 * so that hosts that push at the same second are not all written in that second: a tenant's targets share a partition.
 */
export const lastSeenStep = (targetId: string, at: number): number =>
  Math.floor((at + (hashOf(targetId) % LAST_SEEN_STEP_SECONDS)) / LAST_SEEN_STEP_SECONDS);
