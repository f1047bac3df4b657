/** Queries within one tenant's partition. */
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../../../core/shared/cursor.ts';
import type { PageRequest } from '../../../core/shared/page.ts';
import { withSdkErrors } from '../sdk-failure.ts';
import { tenantKey, tenantPk } from './item-key.ts';
import type { DynamoTable, Item } from './table.ts';

const Keyed = z.object({ sk: z.string() });

const query = async (
  { client, tableName }: DynamoTable,
  doing: string,
  input: Omit<QueryCommandInput, 'TableName'>,
) => {
  const { Items = [], LastEvaluatedKey } = await withSdkErrors(doing, () =>
    client.send(new QueryCommand({ TableName: tableName, ...input })),
  );
  // The position after the last item that was read, readable or not, so that no page ends the list early.
  const lastSk = LastEvaluatedKey === undefined ? undefined : Keyed.parse(LastEvaluatedKey).sk;
  return { items: Items as readonly Item[], lastSk };
};

export interface RangeQuery {
  /** Sort keys, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  /** Names the read in errors: "reading changes". */
  readonly doing: string;
}

/** The last items of a tenant in a range of sort keys, newest first, including those that have expired. */
export const newestBetween = async (
  table: DynamoTable,
  tenantId: string,
  { from, to, limit, doing }: RangeQuery,
): Promise<readonly Item[]> => {
  const { items } = await query(table, doing, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':from': from, ':to': to },
    ScanIndexForward: false,
    Limit: limit,
  });
  return items;
};

export interface PrefixQuery {
  /** Starts the sort keys. */
  readonly prefix: string;
  readonly limit: number;
  readonly doing: string;
}

export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The filter that omits expired items: DynamoDB removes them hours or days later. */
export const notExpired = ({ now }: Clock) => ({
  expression: 'expiresAt > :now',
  values: { ':now': Math.floor(now() / 1000) },
});

/** Of the newest `limit` items of a tenant under a prefix, those that have not expired; newest first. */
export const newestUnder = async (
  table: DynamoTable & Clock,
  tenantId: string,
  { prefix, limit, doing }: PrefixQuery,
): Promise<readonly Item[]> => {
  const { expression, values } = notExpired(table);
  const { items } = await query(table, doing, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    FilterExpression: expression,
    ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': prefix, ...values },
    ScanIndexForward: false,
    Limit: limit,
  });
  return items;
};

export interface ListQuery {
  /** Binds cursors to this list: "incidents:acme". */
  readonly scope: string;
  readonly prefix: string;
  readonly page: PageRequest;
  readonly order: 'newest first' | 'by key';
  /** A condition on the items, with its values. */
  readonly filter?: { readonly expression: string; readonly values: Item };
  readonly doing: string;
}

export interface ItemPage {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}

const Position = z.tuple([z.string()]);

/** One page of a tenant's items under a prefix. Filters apply after the limit, so a page may be short. */
export const listUnder = async (
  table: DynamoTable,
  tenantId: string,
  { scope, prefix, page: { limit, cursor }, order, filter, doing }: ListQuery,
): Promise<ItemPage> => {
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, Position)[0];
  const { items, lastSk } = await query(table, doing, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ...(filter === undefined ? {} : { FilterExpression: filter.expression }),
    ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': prefix, ...filter?.values },
    ScanIndexForward: order === 'by key',
    // One more than requested shows whether there is another page.
    Limit: limit + 1,
    ExclusiveStartKey: after === undefined ? undefined : tenantKey(tenantId, `${prefix}${after}`),
  });
  const next = items.length > limit ? Keyed.parse(items[limit - 1]).sk : lastSk;
  return {
    items: items.slice(0, limit),
    nextCursor: next === undefined ? undefined : encodeCursor(scope, [next.slice(prefix.length)]),
  };
};

/** Max queries for one page, which is then returned short. */
const QUERIES_PER_PAGE = 8;

export interface Collected<At> {
  readonly items: readonly Item[];
  /** Start of the next page; undefined on the last one. */
  readonly next: At | undefined;
}

/**
 * Fills a page by several queries if a filter matches few items. The next page starts after the last item of this
 * one, or after the last item that was read if the page is short.
 */
export const collectPage = async <At>(
  limit: number,
  start: At | undefined,
  queryAfter: (position: At | undefined) => Promise<Collected<At>>,
  positionOf: (item: Item) => At,
): Promise<Collected<At>> => {
  const found: Item[] = [];
  let next = start;
  for (let queries = 0; queries < QUERIES_PER_PAGE && found.length <= limit; queries++) {
    const page = await queryAfter(next);
    found.push(...page.items);
    next = page.next;
    if (next === undefined) break;
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? positionOf(last) : next };
};
