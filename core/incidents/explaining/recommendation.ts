/** Advice on a cause, from fixed templates. Nothing here acts. */

import type { MetricAspect } from '../../metrics/meaning/metric-meaning.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { RankedCause } from '../diagnosis/diagnose.ts';

/** A change at most this long before the onset is a candidate for rollback. */
const NEAR_SECONDS = 4 * HOUR_SECONDS;

const RELIEF: Readonly<Partial<Record<MetricAspect, string>>> = {
  cpu: 'its CPU usage is unusually high: add capacity or reduce its load',
  memory: 'its memory usage is unusually high: restart it to gain time, raise its limit, and look for a leak',
  'disk-space': 'its disk is unusually full: free or add space, and find out what fills it',
};

const minutes = (seconds: number): string => `${Math.max(1, Math.round(Math.abs(seconds) / 60))} min`;

/** True for the aspects of resources that can run short. */
export const isResource = (aspect: MetricAspect): boolean => RELIEF[aspect] !== undefined;

/**
 * The advice for a cause: roll back the change near the onset, repeat the fix of a similar incident, relieve the exhausted
 * resource; otherwise inspect the node. `exhausted` is the aspect of the node's resource that left its usual range.
 */
export const recommend = (
  { node, change, similar }: Pick<RankedCause, 'node' | 'change' | 'similar'>,
  exhausted: MetricAspect | undefined,
): string => {
  const advice: string[] = [];
  if (change !== undefined && change.secondsBefore <= NEAR_SECONDS) {
    const when = `${minutes(change.secondsBefore)} ${change.secondsBefore < 0 ? 'after' : 'before'} the onset`;
    advice.push(`consider rolling back "${change.change.summary}" (${when})`);
  }
  if (similar?.incident.fixedBy !== undefined) {
    advice.push(`try the fix of incident ${similar.incident.incidentId}: ${similar.incident.fixedBy}`);
  }
  const relief = exhausted === undefined ? undefined : RELIEF[exhausted];
  if (relief !== undefined) advice.push(relief);
  return advice.length > 0 ? advice.join('; or ') : `inspect the logs, traces and dependencies of ${node}`;
};
