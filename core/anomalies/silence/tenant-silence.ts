/** Decides whether a whole tenant is silent. Times in epoch seconds. */
import { MIN_SILENCE_SECONDS } from '../../metrics/reporting/reporting-pattern.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { Stopped } from './find-silences.ts';

/** One silent target is announced as a target. */
const MIN_TARGETS = 2;
/** Targets that report once a day are not missed yet when a tenant falls silent. */
const SILENT_SHARE = 0.8;

/** A tenant from which nothing arrives. */
export interface TenantSilence {
  /** The newest point of any target. */
  readonly since: number;
  /** Time at which the silence became unusual; the same in every check. */
  readonly silentAt: number;
  readonly targets: number;
  readonly causeKey: string;
}

/**
 * A tenant is silent if nothing arrived for 15 minutes, most of its targets are silent, and most of these fell silent
 * together: targets that stopped one by one were announced one by one.
 * @param live the number of targets that sent within a day
 * @param newest the newest point of any target
 * @param fresh the silent targets that were not announced yet
 */
export const tenantSilence = (
  tenantId: string,
  live: number,
  newest: number,
  { stopped, fresh }: { readonly stopped: readonly Stopped[]; readonly fresh: readonly Stopped[] },
  now: number,
): TenantSilence | undefined => {
  if (now - newest <= MIN_SILENCE_SECONDS) return undefined;
  if (stopped.length < MIN_TARGETS || stopped.length < SILENT_SHARE * live) return undefined;
  if (fresh.length < stopped.length / 2) return undefined;
  return {
    since: newest,
    silentAt: newest + MIN_SILENCE_SECONDS,
    targets: stopped.length,
    causeKey: `silence:${tenantId}:${isoOfSeconds(newest)}`,
  };
};
