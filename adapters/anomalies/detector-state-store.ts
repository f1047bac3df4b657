import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { DetectorStateStore } from '../../core/anomalies/ports.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { detectorStateKey } from './item-keys.ts';

const DetectorItem = z.object({ data: z.instanceof(Uint8Array), v: z.number().int().positive() });

export interface DetectorStateOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** What detectors have learned, in the hot table beside the blocks that it follows from: one item per target. */
export const dynamoDetectorStateStore = ({
  client,
  tableName,
}: DetectorStateOptions): DetectorStateStore => ({
  get: async (tenantId, targetId) => {
    const get = new GetCommand({ TableName: tableName, Key: detectorStateKey(tenantId, targetId) });
    const { Item } = await withSdkErrors('reading detectors', () => client.send(get));
    if (Item === undefined) return undefined;
    const { data, v } = DetectorItem.parse(Item);
    return { bytes: data, version: v };
  },
  put: async ({ tenantId, targetId }, bytes, expectedVersion, expiresAt) => {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...detectorStateKey(tenantId, targetId), data: bytes, v: expectedVersion + 1, expiresAt },
      ...(expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': expectedVersion } }),
    });
    try {
      await withSdkErrors('storing detectors', () => client.send(put));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
