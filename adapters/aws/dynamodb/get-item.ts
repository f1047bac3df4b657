import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { withSdkErrors } from '../sdk-failure.ts';
import type { Consistency } from './batch-get.ts';
import type { ItemKey } from './item-key.ts';
import type { DynamoTable, Item } from './table.ts';

/** The item under a key; undefined if there is none. `doing` names the read in errors: "reading a run". */
export const getItem = async (
  { client, tableName }: DynamoTable,
  Key: ItemKey,
  doing: string,
  consistency: Consistency = 'strong',
): Promise<Item | undefined> => {
  const get = new GetCommand({
    TableName: tableName,
    Key: { ...Key },
    ...(consistency === 'strong' ? { ConsistentRead: true } : {}),
  });
  return (await withSdkErrors(doing, () => client.send(get))).Item;
};
