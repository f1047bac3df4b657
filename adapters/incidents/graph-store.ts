import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { GraphStore, StoredGraph } from '../../core/incidents/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { deflateJson, inflateJson } from '../aws/deflated-json.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { graphKey } from './item-keys.ts';

const Item = z.object({
  v: z.number().int().positive(),
  data: z.instanceof(Uint8Array),
  updatedAt: z.number(),
});
type Edges = Pick<StoredGraph, 'declared' | 'observed'>;

export interface GraphStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Each tenant's dependency graph as one item of the registry table. */
export const dynamoGraphStore = ({ client, tableName }: GraphStoreOptions): GraphStore => ({
  get: async (tenantId) => {
    const get = new GetCommand({ TableName: tableName, Key: graphKey(tenantId), ConsistentRead: true });
    const found = (await withSdkErrors('reading the dependency graph', () => client.send(get))).Item;
    if (found === undefined) return { version: 0, declared: [], observed: [], updatedAt: 0 };
    const { v, data, updatedAt } = Item.parse(found);
    return { version: v, updatedAt, ...(inflateJson(data) as Edges) };
  },
  put: async (tenantId, { version, declared, observed, updatedAt }) => {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...graphKey(tenantId), v: version + 1, data: deflateJson({ declared, observed }), updatedAt },
      ...(version === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': version } }),
    });
    try {
      await withSdkErrors('storing the dependency graph', () => client.send(put));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new ConflictError('the topology was changed by somebody else meanwhile', { cause: error });
    }
  },
});
