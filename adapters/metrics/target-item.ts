import * as z from 'zod';
import { METRIC_KINDS } from '../../core/metrics/series/metric-series.ts';
import { NOTICE_CODES, PROFILES, type Target, type TargetMetric } from '../../core/metrics/targets/target.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { targetItemKey } from './item-keys.ts';

/** Metrics are a list: as keys of a map, names such as `__proto__` would be lost on reading. */
const TargetItem = z.object({
  targetId: z.string(),
  profile: z.enum(PROFILES),
  metrics: z.array(z.object({ name: z.string(), kind: z.enum(METRIC_KINDS), unit: z.string().optional() })),
  firstSeen: z.number(),
  lastSeen: z.number(),
  pointsPerHour: z.number().optional(),
  notices: z.array(z.object({ code: z.enum(NOTICE_CODES), at: z.number(), detail: z.string() })).optional(),
  v: z.number().int().positive(),
});
const FORMAT: StoredFormat<z.infer<typeof TargetItem>> = { kind: 'target', version: 1, schema: TargetItem };

export interface StoredTarget {
  readonly target: Target;
  readonly version: number;
}

/** @throws UnreadableItemError */
export const readTargetItem = (tenantId: string, item: Item): StoredTarget => {
  const { metrics, notices, pointsPerHour, v, ...rest } = readItem(FORMAT, item);
  const entries = metrics.map(({ name, kind, unit }): [string, TargetMetric] => [
    name,
    unit === undefined ? { kind } : { kind, unit },
  ]);
  const target: Target = {
    ...{ tenantId, ...rest, metrics: Object.fromEntries(entries) },
    ...(pointsPerHour === undefined ? {} : { pointsPerHour }),
    ...(notices === undefined ? {} : { notices }),
  };
  return { target, version: v };
};

export const targetItem = ({ target, version }: StoredTarget, expiresAt: number): Item => {
  const { tenantId, targetId, profile, metrics, firstSeen, lastSeen, pointsPerHour, notices } = target;
  const list = Object.entries(metrics).map(([name, { kind, unit }]) => ({ name, kind, unit }));
  const content: z.infer<typeof TargetItem> = {
    ...{ targetId, profile, metrics: list, firstSeen, lastSeen },
    ...(pointsPerHour === undefined ? {} : { pointsPerHour }),
    ...(notices === undefined ? {} : { notices: [...notices] }),
    v: version,
  };
  return { ...targetItemKey(tenantId, targetId), ...schemaVersionOf(FORMAT), ...content, expiresAt };
};
