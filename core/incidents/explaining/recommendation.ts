/** What to do about a cause, in words, from fixed templates. Nothing here acts. */

import type { MetricAspect } from '../../metrics/meaning/metric-meaning.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { RankedCause } from '../diagnosis/diagnose.ts';

/** A change counts as near the onset when it was made at most this long before it. */
const NEAR_SECONDS = 4 * HOUR_SECONDS;

const EXHAUSTED: Readonly<Partial<Record<MetricAspect, string>>> = {
  cpu: 'its CPU is unusually busy: add capacity, or limit what loads it',
  memory: 'its memory is unusually full: restart it to win time, raise its limit, and look for a leak',
  'disk-space': 'its disk is unusually full: free space or enlarge it, and find what fills it',
};

const minutes = (seconds: number): string => `${Math.max(1, Math.round(Math.abs(seconds) / 60))} min`;

/** Whether a shortage of this aspect has advice of its own. */
export const isResource = (aspect: MetricAspect): boolean => EXHAUSTED[aspect] !== undefined;

/**
 * The advice for a cause: undo the change near it, try what ended an incident that looked alike, relieve the resource
 * that is exhausted; else look at it. `exhausted` is the resource of the node that left its usual range.
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
    advice.push(`try what ended incident ${similar.incident.incidentId}: ${similar.incident.fixedBy}`);
  }
  const relief = exhausted === undefined ? undefined : EXHAUSTED[exhausted];
  if (relief !== undefined) advice.push(relief);
  return advice.length > 0 ? advice.join('; or ') : `inspect ${node}: its logs, traces and own dependencies`;
};
