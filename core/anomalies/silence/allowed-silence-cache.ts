/**
 * Remembers for some hours how long a target, or one of its metrics, may be absent, so that those that report rarely or
 * paused long are not looked up in every check. Nothing is lost with it: what is unknown is learned from the blocks.
 */
import { HOUR_SECONDS } from '../../shared/time.ts';

/** An entry is learned again after this time, which varies so that those of a fleet do not expire together. */
const KEPT_SECONDS = 6 * HOUR_SECONDS;
const MAX_ENTRIES = 300_000;

interface Known {
  readonly lastPoint: number;
  readonly allowed: number;
  readonly until: number;
}

export interface AllowedSilenceCache {
  /** True if the absence is usual; `absent` is the seconds without a point, undefined if only the last point known counts. */
  readonly excuses: (name: string, absent: number | undefined, now: number) => boolean;
  readonly learn: (name: string, lastPoint: number, allowed: number, now: number) => void;
}

/** @param random uniform in [0, 1) */
export const allowedSilenceCache = (random: () => number): AllowedSilenceCache => {
  const known = new Map<string, Known>();
  return {
    excuses: (name, absent, now) => {
      const found = known.get(name);
      if (found === undefined || found.until <= now) return false;
      return (absent ?? now - found.lastPoint) < found.allowed;
    },
    learn: (name, lastPoint, allowed, now) => {
      if (known.size >= MAX_ENTRIES) known.clear();
      known.set(name, { lastPoint, allowed, until: now + KEPT_SECONDS * (0.5 + random()) });
    },
  };
};

export const silenceName = (tenantId: string, targetId: string, metric = ''): string =>
  `${tenantId}\n${targetId}\n${metric}`;
