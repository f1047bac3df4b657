/** The end of a tenant's chain of decisions: every step replaces it, so no two steps follow the same decision. */
import { type ChainHead, EMPTY_CHAIN } from '../../core/remediation/decision.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { headItem, readHeadItem } from './decision-item.ts';
import { headKey } from './item-keys.ts';

export const readHead = async (table: DynamoTable, tenantId: string): Promise<ChainHead> => {
  const item = await getItem(table, headKey(tenantId), 'reading the end of the decisions');
  return item === undefined ? EMPTY_CHAIN : readHeadItem(item);
};

const isStill = ({ sequence, hash }: ChainHead) => ({
  ConditionExpression: `${sequence === 0 ? 'attribute_not_exists(pk) OR ' : ''}(v = :v AND headHash = :hash)`,
  ExpressionAttributeValues: { ':v': sequence, ':hash': hash },
});

/** Replaces the end that was read, and only that one; a step without decisions writes the same end again. */
export const headPut = (TableName: string, tenantId: string, read: ChainHead, next: ChainHead) => ({
  Put: { TableName, Item: headItem(tenantId, next), ...isStill(read) },
});
