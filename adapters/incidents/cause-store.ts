import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CauseStore } from '../../core/incidents/ports.ts';
import type { SkipTelemetry } from '../../core/shared/stored-format.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem, readItems } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { type Clock, newestUnder } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { CAUSES, causesItem, PAST_INCIDENT, pastIncidentItem } from './cause-item.ts';
import { causesKey, PAST_INCIDENTS } from './item-keys.ts';

export interface CauseStoreOptions extends DynamoTable, Clock {
  /** Counts and logs past incidents that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** Causes reports, and lessons of closed incidents. */
export const dynamoCauseStore = (options: CauseStoreOptions): CauseStore => ({
  put: async (tenantId, report, expiresAt) => {
    const put = new PutCommand({
      TableName: options.tableName,
      Item: causesItem(tenantId, report, expiresAt),
      ConditionExpression: 'attribute_not_exists(pk) OR incidentVersion <= :version',
      ExpressionAttributeValues: { ':version': report.incidentVersion },
    });
    await ifConditionHolds('storing causes', () => options.client.send(put));
  },
  get: async (tenantId, incidentId) => {
    const item = await getItem(options, causesKey(tenantId, incidentId), 'reading causes', 'eventual');
    return item === undefined ? undefined : readItem(CAUSES, item).data;
  },
  remember: async (tenantId, past, expiresAt) => {
    const Item = pastIncidentItem(tenantId, past, expiresAt);
    const put = new PutCommand({ TableName: options.tableName, Item });
    await withSdkErrors('storing a past incident', () => options.client.send(put));
  },
  past: async (tenantId, limit) => {
    const query = { prefix: PAST_INCIDENTS, limit, doing: 'reading past incidents' };
    const items = await newestUnder(options, tenantId, query);
    return readItems(PAST_INCIDENT, items, options.telemetry).map(({ data }) => data);
  },
});
