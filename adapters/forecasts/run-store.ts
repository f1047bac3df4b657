import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RunStore } from '../../core/forecasts/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import type { SkipTelemetry } from '../../core/shared/stored-format.ts';
import { ABSENT, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem, readItems } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { type Clock, listUnder } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { RUNS, runClaimKey, runKey } from './item-keys.ts';
import { RUN, RUN_CLAIM, type RunClaim, runClaimItem, runItem } from './run-item.ts';

export interface RunStoreOptions extends DynamoTable, Clock {
  /** Counts and logs runs that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** Claims a key. An expired claim can be replaced, although DynamoDB removes it days later. */
const claim = async (
  options: RunStoreOptions,
  tenantId: string,
  key: string,
  claimed: RunClaim,
): Promise<string> => {
  const { client, tableName, now } = options;
  const put = new PutCommand({
    TableName: tableName,
    Item: runClaimItem(tenantId, key, claimed),
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': Math.floor(now() / 1000) },
  });
  if (await ifConditionHolds('claiming a run', () => client.send(put))) return claimed.runId;
  const earlier = await getItem(options, runClaimKey(tenantId, key), 'reading a claim on a run');
  if (earlier === undefined)
    throw new ConflictError(`the key ${key} was claimed and released in the meantime`);
  return readItem(RUN_CLAIM, earlier).runId;
};

const claimed = async (
  options: RunStoreOptions,
  tenantId: string,
  key: string,
): Promise<string | undefined> => {
  const item = await getItem(options, runClaimKey(tenantId, key), 'reading a claim on a run');
  const claim = item && readItem(RUN_CLAIM, item);
  return claim === undefined || claim.expiresAt <= Math.floor(options.now() / 1000) ? undefined : claim.runId;
};

const list: (options: RunStoreOptions) => RunStore['list'] = (options) => async (tenantId, page) => {
  const { items, nextCursor } = await listUnder(options, tenantId, {
    ...{ scope: `runs:${tenantId}`, prefix: RUNS, page, order: 'newest first', doing: 'listing runs' },
  });
  return { items: readItems(RUN, items, options.telemetry), nextCursor };
};

/** Forecast runs, kept for ninety days. */
export const dynamoRunStore = (options: RunStoreOptions): RunStore => ({
  claim: (tenantId, key, runId, expiresAt) => claim(options, tenantId, key, { runId, expiresAt }),
  claimed: (tenantId, key) => claimed(options, tenantId, key),
  begin: async (run) => {
    const put = new PutCommand({ TableName: options.tableName, Item: runItem(run), ...ABSENT });
    await ifConditionHolds('storing a run', () => options.client.send(put));
  },
  finish: async (run) => {
    const put = new PutCommand({ TableName: options.tableName, Item: runItem(run) });
    await withSdkErrors('storing a run', () => options.client.send(put));
  },
  get: async (tenantId, runId) => {
    const item = await getItem(options, runKey(tenantId, runId), 'reading a run');
    return item === undefined ? undefined : readItem(RUN, item);
  },
  list: list(options),
});
