import type { TargetFinder } from '../../core/metrics/ports.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { TARGETS, targetItemKey } from './item-keys.ts';
import { readTargetItem } from './target-item.ts';

/** Names that a container remembers: about 20 MB. */
const MAX_KNOWN = 100_000;

export interface FinderOptions extends DynamoTable {
  readonly telemetry: SkipTelemetry;
  readonly pace?: Pace;
}

/** Finds out which targets are new. A container asks the table about each target once. */
export const dynamoTargetFinder = (table: FinderOptions): TargetFinder => {
  const known = new Set<string>();
  const nameOf = (tenantId: string, targetId: string): string => `${tenantId} ${targetId}`;
  const remember: TargetFinder['remember'] = (tenantId, targetIds) => {
    if (known.size + targetIds.length > MAX_KNOWN) known.clear();
    for (const targetId of targetIds) known.add(nameOf(tenantId, targetId));
  };
  return {
    remember,
    readNotices: async (tenantId, targetIds) => {
      const keys = targetIds.map((targetId) => targetItemKey(tenantId, targetId));
      const items = await batchGet(table, keys, table.pace ?? defaultPace, 'eventual');
      const targets = readListed(items, (item) => readTargetItem(tenantId, item).target, table.telemetry);
      return targets.filter(({ notices }) => notices !== undefined);
    },
    findNew: async (tenantId, targetIds) => {
      const unknown = targetIds.filter((targetId) => !known.has(nameOf(tenantId, targetId)));
      if (unknown.length === 0) return [];
      const keys = unknown.map((targetId) => targetItemKey(tenantId, targetId));
      const items = await batchGet(table, keys, table.pace ?? defaultPace, 'eventual');
      const registered = new Set(items.map(({ sk }) => String(sk).slice(TARGETS.length)));
      remember(tenantId, [...registered]);
      return unknown.filter((targetId) => !registered.has(targetId));
    },
  };
};
