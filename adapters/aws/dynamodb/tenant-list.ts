import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { withSdkErrors } from '../sdk-failure.ts';
import { TENANTS_PK, tenantEntryKey } from './item-key.ts';
import type { DynamoTable, Item } from './table.ts';

/** The tenants of a table by name; `after` (exclusive) and `limit` bound a part of them. */
export const listTenants = async (
  { client, tableName }: DynamoTable,
  { after, limit }: { readonly after?: string | undefined; readonly limit?: number } = {},
): Promise<string[]> => {
  const tenants: string[] = [];
  let from: Item | undefined = after === undefined ? undefined : { ...tenantEntryKey(after) };
  do {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': TENANTS_PK },
      ExclusiveStartKey: from,
      ...(limit === undefined ? {} : { Limit: limit - tenants.length }),
    });
    const page = await withSdkErrors('listing tenants', () => client.send(query));
    for (const { sk } of page.Items ?? []) tenants.push(z.string().parse(sk));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && tenants.length < (limit ?? Number.POSITIVE_INFINITY));
  return tenants;
};
