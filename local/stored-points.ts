import { makeDocumentClient } from '../adapters/aws/clients.ts';
import { dynamoBlockReader } from '../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../adapters/metrics/target-registry.ts';
import { decodeBlock } from '../core/metrics/blocks/block-codec.ts';
import type { BlockStore, TargetRegistry } from '../core/metrics/ports.ts';
import { allItems } from '../core/shared/page.ts';
import type { SkipTelemetry } from '../core/shared/stored-format.ts';
import { hourOf } from '../core/shared/time.ts';
import { requireOutput, type StackOutputs } from './deploy/stack-outputs.ts';

export interface StoredCount {
  readonly targets: number;
  readonly series: number;
  readonly points: number;
}

const PAGE = 100;

/** Fails on an unreadable target, so that the count is never incomplete. */
const failing: SkipTelemetry = {
  count: () => {},
  error: (message, fields, cause) => {
    throw new Error(`${message}: ${JSON.stringify(fields)}`, { cause });
  },
};

/** Counts the points in a deployment's storage by decoding every block of every target of a tenant. */
export const countStored = (outputs: StackOutputs, tenantId: string): Promise<StoredCount> => {
  const client = makeDocumentClient();
  const tableName = requireOutput(outputs, 'TargetsTableName');
  const targets = { client, tableName, telemetry: failing, now: Date.now };
  const blocks = { client, tableName: requireOutput(outputs, 'BlocksTableName') };
  return countIn(dynamoTargetRegistry(targets), dynamoBlockReader(blocks), tenantId);
};

const countIn = async (
  registry: Pick<TargetRegistry, 'list'>,
  blocks: Pick<BlockStore, 'readRange'>,
  tenantId: string,
): Promise<StoredCount> => {
  let [targets, series, points] = [0, 0, 0];
  for await (const target of allItems((page) => registry.list(tenantId, page), PAGE)) {
    targets++;
    series += Object.keys(target.metrics).length;
    const { targetId, firstSeen, lastSeen } = target;
    const stored = await blocks.readRange(tenantId, targetId, hourOf(firstSeen), hourOf(lastSeen) + 1);
    for (const { bytes } of stored) points += bytes === undefined ? 0 : pointsIn(bytes);
  }
  return { targets, series, points };
};

const pointsIn = (bytes: Uint8Array): number => {
  let points = 0;
  for (const series of decodeBlock(bytes).values()) points += series.offsets.length;
  return points;
};
