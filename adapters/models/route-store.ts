import type { RouteStore } from '../../core/models/ports.ts';
import { NO_ROUTES } from '../../core/models/routing-table.ts';
import { atVersion, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { nextItem, readVersioned } from '../aws/dynamodb/versioned-item.ts';
import { routesKey } from './item-keys.ts';
import { ROUTES } from './model-item.ts';

export const dynamoRouteStore = (table: DynamoTable): RouteStore => ({
  get: async (tenantId) => {
    const item = await getItem(table, routesKey(tenantId), 'reading a routing table');
    return item === undefined ? { item: NO_ROUTES, revision: 0 } : readVersioned(ROUTES, item);
  },
  replace: async (tenantId, routes) => {
    const Item = nextItem(ROUTES, routesKey(tenantId), routes);
    const put = { Put: { TableName: table.tableName, Item, ...atVersion(routes.revision) } };
    return (await writeTogether(table, 'storing a routing table', [put])) === 'written';
  },
});
