import type { TargetSighting } from './sighting.ts';
import type { Target, TargetMetric } from './target.ts';

/** A target's registry item must stay well under DynamoDB's 400 KB. */
export const MAX_METRICS_PER_TARGET = 1_000;

export interface MergedSighting {
  readonly target: Target;
  /** False if the registry already held all of it. */
  readonly changed: boolean;
  /** Metrics beyond the limit: their points are stored, but they are not listed or forecast. */
  readonly refused: readonly string[];
}

const sameMetric = (a: TargetMetric | undefined, b: TargetMetric): boolean =>
  a?.kind === b.kind && a.unit === b.unit;

/** The later of two sightings decides kind and unit. Uses entries, so that `__proto__` is an ordinary name. */
const mergeMetrics = (known: Target['metrics'], seen: TargetSighting['metrics'], seenIsNewer: boolean) => {
  const metrics = new Map<string, TargetMetric>(Object.entries(known));
  const refused: string[] = [];
  for (const [name, metric] of Object.entries(seen)) {
    if (metrics.has(name) && !seenIsNewer) continue;
    if (!metrics.has(name) && metrics.size >= MAX_METRICS_PER_TARGET) refused.push(name);
    else if (!sameMetric(metrics.get(name), metric)) metrics.set(name, metric);
  }
  return { metrics: Object.fromEntries(metrics), refused };
};

const sameTarget = (a: Target, b: Target): boolean =>
  a.profile === b.profile &&
  a.firstSeen === b.firstSeen &&
  a.lastSeen === b.lastSeen &&
  Object.keys(a.metrics).length === Object.keys(b.metrics).length &&
  Object.entries(b.metrics).every(([name, metric]) => sameMetric(a.metrics[name], metric));

/**
 * Merges a sighting into a target. Merging the same sighting again changes nothing; a profile stays until a newer
 * sighting names another.
 */
export const mergeSighting = (
  tenantId: string,
  known: Target | undefined,
  seen: TargetSighting,
): MergedSighting => {
  const seenIsNewer = known === undefined || seen.lastSeen >= known.lastSeen;
  const { metrics, refused } = mergeMetrics(known?.metrics ?? {}, seen.metrics, seenIsNewer);
  const named = seenIsNewer || known.profile === 'generic' ? seen.profile : undefined;
  const target: Target = {
    tenantId,
    targetId: seen.targetId,
    profile: named ?? known?.profile ?? 'generic',
    metrics,
    firstSeen: Math.min(seen.firstSeen, known?.firstSeen ?? seen.firstSeen),
    lastSeen: Math.max(seen.lastSeen, known?.lastSeen ?? seen.lastSeen),
  };
  return { target, changed: known === undefined || !sameTarget(known, target), refused };
};
