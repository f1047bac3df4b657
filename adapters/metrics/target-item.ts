import * as z from 'zod';
import { METRIC_KINDS } from '../../core/metrics/series/metric-series.ts';
import { PROFILES, type Target, type TargetMetric } from '../../core/metrics/targets/target.ts';

/** Metrics are a list: as keys of a map, names such as `__proto__` would be lost on reading. */
const TargetItem = z.object({
  targetId: z.string(),
  profile: z.enum(PROFILES),
  metrics: z.array(z.object({ name: z.string(), kind: z.enum(METRIC_KINDS), unit: z.string().optional() })),
  firstSeen: z.number(),
  lastSeen: z.number(),
  v: z.number().int().positive(),
});

export interface StoredTarget {
  readonly target: Target;
  readonly version: number;
}

export const readTargetItem = (tenantId: string, item: unknown): StoredTarget => {
  const { metrics, v, ...rest } = TargetItem.parse(item);
  const entries = metrics.map(({ name, kind, unit }): [string, TargetMetric] => [
    name,
    unit === undefined ? { kind } : { kind, unit },
  ]);
  return { target: { tenantId, ...rest, metrics: Object.fromEntries(entries) }, version: v };
};

export const writeTargetItem = (
  { targetId, profile, metrics, firstSeen, lastSeen }: Target,
  version: number,
) => ({
  targetId,
  profile,
  metrics: Object.entries(metrics).map(([name, { kind, unit }]) => ({ name, kind, unit })),
  firstSeen,
  lastSeen,
  v: version,
});
