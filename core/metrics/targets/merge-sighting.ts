import { cutText } from '../../shared/text.ts';
import { lastSeenStep } from './last-seen.ts';
import { areSameNotices, mergeNotices } from './merge-notices.ts';
import type { TargetSighting } from './sighting.ts';
import { MAX_METRICS_PER_TARGET, type Target, type TargetMetric, type TargetNotice } from './target.ts';

/** Bytes of a target's metrics as stored: the registry item must stay well under DynamoDB's 400 KB. */
export const MAX_METRIC_LIST_BYTES = 300_000;
/** Attribute names and type marks of one metric as stored, above its own texts. */
const METRIC_OVERHEAD_BYTES = 40;

export interface MergedSighting {
  readonly target: Target;
  /** False if the registry already holds all of it, but for a `lastSeen` within the same step. */
  readonly changed: boolean;
  /** Metrics beyond the limit: their points are stored, but they are not listed or forecast. */
  readonly refused: readonly string[];
}

const sameMetric = (a: TargetMetric | undefined, b: TargetMetric): boolean =>
  a?.kind === b.kind && a.unit === b.unit;

const storedBytes = (name: string, { unit }: TargetMetric): number =>
  METRIC_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(unit ?? '');

/** The later of two sightings decides kind and unit. Uses entries, so that `__proto__` is an ordinary name. */
const mergeMetrics = (known: Target['metrics'], seen: TargetSighting['metrics'], seenIsNewer: boolean) => {
  const metrics = new Map<string, TargetMetric>(Object.entries(known));
  const refused: string[] = [];
  let bytes = [...metrics].reduce((sum, [name, metric]) => sum + storedBytes(name, metric), 0);
  for (const [name, metric] of Object.entries(seen)) {
    const before = metrics.get(name);
    if (before !== undefined && (!seenIsNewer || sameMetric(before, metric))) continue;
    const added = storedBytes(name, metric) - (before === undefined ? 0 : storedBytes(name, before));
    const isTooMany = before === undefined && metrics.size >= MAX_METRICS_PER_TARGET;
    if (isTooMany || bytes + added > MAX_METRIC_LIST_BYTES) refused.push(name);
    else {
      metrics.set(name, metric);
      bytes += added;
    }
  }
  return { metrics: Object.fromEntries(metrics), refused };
};

/** The metrics of one request that a new target could not list, in their order. */
export const unlistedMetrics = (
  series: readonly (TargetMetric & { readonly metric: string })[],
): readonly string[] => {
  const seen = Object.fromEntries(
    series.map(({ metric, kind, unit }) => [metric, { kind, ...(unit === undefined ? {} : { unit }) }]),
  );
  return mergeMetrics({}, seen, true).refused;
};

const sameTarget = (a: Target, b: Target): boolean =>
  a.profile === b.profile &&
  a.firstSeen === b.firstSeen &&
  lastSeenStep(a.targetId, a.lastSeen) === lastSeenStep(b.targetId, b.lastSeen) &&
  areSameNotices(a.targetId, a.notices ?? [], b.notices ?? []) &&
  Object.keys(a.metrics).length === Object.keys(b.metrics).length &&
  Object.entries(b.metrics).every(([name, metric]) => sameMetric(a.metrics[name], metric));

const refusal = (refused: readonly string[], at: number): readonly TargetNotice[] =>
  refused.length === 0
    ? []
    : [
        {
          code: 'metrics-refused',
          at,
          detail: `${refused.length} metrics are beyond the ${MAX_METRICS_PER_TARGET} metrics or ${MAX_METRIC_LIST_BYTES / 1000} KB of names that a target can list: ${cutText(refused.slice(0, 3).join(', '), 200)}`,
        },
      ];

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
  const lastSeen = Math.max(seen.lastSeen, known?.lastSeen ?? seen.lastSeen);
  const seenNotices = [...(seen.notices ?? []), ...refusal(refused, seen.lastSeen)];
  const notices = mergeNotices(known?.notices ?? [], seenNotices, lastSeen);
  const pointsPerHour = (seenIsNewer ? seen.pointsPerHour : undefined) ?? known?.pointsPerHour;
  const target: Target = {
    tenantId,
    targetId: seen.targetId,
    profile: named ?? known?.profile ?? 'generic',
    metrics,
    firstSeen: Math.min(seen.firstSeen, known?.firstSeen ?? seen.firstSeen),
    lastSeen,
    ...(pointsPerHour === undefined ? {} : { pointsPerHour }),
    ...(notices.length === 0 ? {} : { notices }),
  };
  return { target, changed: known === undefined || !sameTarget(known, target), refused };
};
