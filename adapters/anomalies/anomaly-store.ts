import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Anomaly, AnomalyEnd, AnomalyStore } from '../../core/anomalies/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { endOf, itemOf, keyOf } from './anomaly-item.ts';
import { type AnomalyStoreOptions, listAnomalies } from './anomaly-list.ts';

const WRITES_AT_ONCE = 8;

/** Stores an anomaly unless it is; tells whether its event is still owed. */
const recordOne = async (
  { client, tableName }: AnomalyStoreOptions,
  anomaly: Anomaly,
  expiresAt: number,
): Promise<boolean> => {
  const condition = { TableName: tableName, ConditionExpression: 'attribute_not_exists(pk)' };
  const put = new PutCommand({ ...condition, Item: itemOf(anomaly, expiresAt) });
  try {
    await withSdkErrors('storing an anomaly', () => client.send(put));
    return anomaly.silenced === undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  const get = new GetCommand({ TableName: tableName, Key: keyOf(anomaly), ConsistentRead: true });
  const { Item: stored } = await withSdkErrors('reading an anomaly', () => client.send(get));
  return stored?.announced === false;
};

/**
 * Stores the end of an anomaly that was announced, or silenced, unless it has one; the stored end where its event is
 * still owed.
 */
const recordEnd = async (
  { client, tableName }: AnomalyStoreOptions,
  end: AnomalyEnd,
): Promise<AnomalyEnd | undefined> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(end),
    UpdateExpression: 'SET endedAt = if_not_exists(endedAt, :at)',
    ConditionExpression: 'announced = :yes AND attribute_not_exists(endAnnounced)',
    ExpressionAttributeValues: { ':at': end.endedAt, ':yes': true },
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes } = await withSdkErrors('storing the end of an anomaly', () => client.send(update));
    const { endedAt, isSilenced } = endOf(Attributes);
    return isSilenced ? undefined : { ...end, endedAt };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

/** Marks something of an anomaly. Expired in the meantime, it must not come back as a fragment. */
const mark = async (
  { client, tableName }: AnomalyStoreOptions,
  anomaly: Anomaly | AnomalyEnd,
  what: 'announced' | 'endAnnounced',
): Promise<void> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(anomaly),
    UpdateExpression: `SET ${what} = :yes`,
    ExpressionAttributeValues: { ':yes': true },
    ConditionExpression: 'attribute_exists(pk)',
  });
  await withSdkErrors('marking an anomaly', () => client.send(update));
};

/** Anomalies in the registry table, in order of their time. */
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
