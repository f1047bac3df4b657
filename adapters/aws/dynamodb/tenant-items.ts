import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { withSdkErrors } from '../sdk-failure.ts';
import { tenantPk } from './item-key.ts';

interface Place {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

interface Range {
  /** Sort keys, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  /** What is done, for errors: "reading changes". */
  readonly doing: string;
}

/** The last items of a tenant in a range of sort keys, newest first; those that have expired included. */
export const newestBetween = async (
  { client, tableName }: Place,
  tenantId: string,
  { from, to, limit, doing }: Range,
): Promise<Record<string, unknown>[]> => {
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':from': from, ':to': to },
    ScanIndexForward: false,
    Limit: limit,
  });
  return (await withSdkErrors(doing, () => client.send(query))).Items ?? [];
};

interface Prefix {
  /** How the sort keys begin. */
  readonly prefix: string;
  readonly limit: number;
  readonly doing: string;
}

/** The last items of a tenant under a prefix, newest first: of the newest `limit`, those that have not expired. */
export const newestUnder = async (
  { client, tableName, now }: Place & { readonly now: () => number },
  tenantId: string,
  { prefix, limit, doing }: Prefix,
): Promise<Record<string, unknown>[]> => {
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    FilterExpression: 'expiresAt > :now',
    ExpressionAttributeValues: {
      ':pk': tenantPk(tenantId),
      ':sk': prefix,
      // Expired items may linger for days before DynamoDB removes them.
      ':now': Math.floor(now() / 1000),
    },
    ScanIndexForward: false,
    Limit: limit,
  });
  return (await withSdkErrors(doing, () => client.send(query))).Items ?? [];
};
