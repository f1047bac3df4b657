import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Anomaly, AnomalyEnd } from '../../core/anomalies/anomaly.ts';
import type { AnomalyStore } from '../../core/anomalies/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { ABSENT, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { anomalyItem, keyOf, readAnomalyItem } from './anomaly-item.ts';
import { type AnomalyStoreOptions, listAnomalies } from './anomaly-list.ts';

const WRITES_AT_ONCE = 8;

/** Stores an anomaly unless it is stored already; true if its event may still have to be published. */
const recordOne = async (table: DynamoTable, anomaly: Anomaly, expiresAt: number): Promise<boolean> => {
  const put = new PutCommand({
    TableName: table.tableName,
    Item: anomalyItem(anomaly, expiresAt),
    ...ABSENT,
  });
  if (await ifConditionHolds('storing an anomaly', () => table.client.send(put)))
    return anomaly.silenced === undefined;
  const stored = await getItem(table, keyOf(anomaly), 'reading an anomaly');
  return stored !== undefined && !readAnomalyItem(anomaly.tenantId, stored).isAnnounced;
};

/**
 * Stores the end of an anomaly that was announced or silenced, unless it has one. Returns the stored end if its event
 * may still have to be published.
 */
const recordEnd = async (
  { client, tableName }: DynamoTable,
  end: AnomalyEnd,
): Promise<AnomalyEnd | undefined> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: { ...keyOf(end) },
    UpdateExpression: 'SET endedAt = if_not_exists(endedAt, :at)',
    ConditionExpression: 'announced = :yes AND attribute_not_exists(endAnnounced)',
    ExpressionAttributeValues: { ':at': end.endedAt, ':yes': true },
    ReturnValues: 'ALL_NEW',
  });
  let stored: Item = {};
  const isEnded = await ifConditionHolds('storing the end of an anomaly', async () => {
    stored = (await client.send(update)).Attributes ?? {};
  });
  if (!isEnded) return undefined;
  const { silenced, endedAt = end.endedAt } = readAnomalyItem(end.tenantId, stored).anomaly;
  return silenced === undefined ? { ...end, endedAt } : undefined;
};

/** Marks an anomaly. The condition keeps an expired one from coming back as a fragment. */
const mark = async (
  { client, tableName }: DynamoTable,
  anomaly: Anomaly | AnomalyEnd,
  attribute: 'announced' | 'endAnnounced',
): Promise<void> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: { ...keyOf(anomaly) },
    UpdateExpression: `SET ${attribute} = :yes`,
    ExpressionAttributeValues: { ':yes': true },
    ConditionExpression: 'attribute_exists(pk)',
  });
  await withSdkErrors('marking an anomaly', () => client.send(update));
};

/** Anomalies in order of time. */
export const dynamoAnomalyStore = (options: AnomalyStoreOptions): AnomalyStore => ({
  record: async (anomalies, expiresAt) => {
    const owed = await inParallel(WRITES_AT_ONCE, anomalies, (one) => recordOne(options, one, expiresAt));
    return anomalies.filter((_, index) => owed[index]);
  },
  markAnnounced: async (anomalies) => {
    await inParallel(WRITES_AT_ONCE, anomalies, (one) => mark(options, one, 'announced'));
  },
  recordEnds: async (ends) => {
    const owed = await inParallel(WRITES_AT_ONCE, ends, (end) => recordEnd(options, end));
    return owed.filter((end) => end !== undefined);
  },
  markEndsAnnounced: async (ends) => {
    await inParallel(WRITES_AT_ONCE, ends, (end) => mark(options, end, 'endAnnounced'));
  },
  list: (tenantId, filter, page) => listAnomalies(options, tenantId, filter, page),
});
