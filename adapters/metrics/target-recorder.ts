import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TargetRecorder } from '../../core/metrics/ports.ts';
import { mergeSighting } from '../../core/metrics/targets/merge-sighting.ts';
import type { TargetSighting } from '../../core/metrics/targets/sighting.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { defaultPace, type Pace, pause } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { TENANTS, targetItemKey } from './item-keys.ts';
import { readTargetItem, type StoredTarget, targetItem } from './target-item.ts';

export interface RecorderOptions extends DynamoTable {
  /** A target expires with the last of its points. */
  readonly retentionDays: number;
  readonly pace?: Pace;
}

const PUTS_AT_ONCE = 8;
const ATTEMPTS = 6;

/** Fails if any of the targets cannot be read: it must not be overwritten. */
const readMany = async (table: RecorderOptions, tenantId: string, targetIds: readonly string[]) => {
  const keys = targetIds.map((targetId) => targetItemKey(tenantId, targetId));
  const items = await batchGet(table, keys, table.pace ?? defaultPace);
  const stored = items.map((item) => readTargetItem(tenantId, item));
  return new Map(stored.map((each) => [each.target.targetId, each]));
};

/** False if another writer changed the target since it was read. */
const putTarget = (
  { client, tableName, retentionDays }: RecorderOptions,
  target: Target,
  known: StoredTarget | undefined,
) => {
  const version = known?.version ?? 0;
  const Item = targetItem({ target, version: version + 1 }, target.lastSeen + retentionDays * DAY_SECONDS);
  const put = new PutCommand({ TableName: tableName, Item, ...atVersion(version) });
  return ifConditionHolds('storing a target', () => client.send(put));
};

interface Round {
  /** Sightings to merge again into what another writer stored in the meantime. */
  readonly lost: TargetSighting[];
  readonly refused: string[];
}

const recordRound = async (
  table: RecorderOptions,
  tenantId: string,
  sightings: readonly TargetSighting[],
): Promise<Round> => {
  const known = await readMany(
    table,
    tenantId,
    sightings.map(({ targetId }) => targetId),
  );
  const round: Round = { lost: [], refused: [] };
  await inParallel(PUTS_AT_ONCE, sightings, async (seen) => {
    const stored = known.get(seen.targetId);
    const { target, changed, refused } = mergeSighting(tenantId, stored?.target, seen);
    try {
      if (changed && !(await putTarget(table, target, stored))) round.lost.push(seen);
      else round.refused.push(...refused.map((metric) => `${seen.targetId} ${metric}`));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      round.refused.push(`${seen.targetId} (${error.message})`);
    }
  });
  return round;
};

const record = async (
  table: RecorderOptions,
  tenantId: string,
  sightings: readonly TargetSighting[],
): Promise<void> => {
  const refused: string[] = [];
  let open = sightings;
  for (let attempt = 1; open.length > 0; attempt++) {
    const round = await recordRound(table, tenantId, open);
    refused.push(...round.refused);
    open = round.lost;
    if (open.length > 0 && attempt === ATTEMPTS)
      throw new DependencyUnavailableError(`${open.length} targets kept changing while being recorded`);
    if (open.length > 0) await pause(table.pace ?? defaultPace, attempt);
  }
  if (refused.length > 0)
    throw new InvalidInputError(
      `${refused.length} metrics beyond the limit of their targets: ${refused.slice(0, 5).join(', ')}`,
    );
};

const putTenant = async ({ client, tableName }: DynamoTable, tenantId: string): Promise<void> => {
  const put = new PutCommand({ TableName: tableName, Item: { pk: TENANTS, sk: tenantId } });
  await withSdkErrors('storing a tenant', () => client.send(put));
};

/**
 * Records targets, and their tenant once per container. If targets have more metrics than their items can hold, it
 * records everything else and then throws InvalidInputError.
 */
export const dynamoTargetRecorder = (table: RecorderOptions): TargetRecorder => {
  const listed = new Set<string>();
  return {
    record: async (tenantId, sightings) => {
      if (sightings.length > 0 && !listed.has(tenantId)) {
        await putTenant(table, tenantId);
        listed.add(tenantId);
      }
      await record(table, tenantId, sightings);
    },
  };
};
