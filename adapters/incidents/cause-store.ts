import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CausesReport } from '../../core/incidents/causes-report.ts';
import type { PastIncident } from '../../core/incidents/diagnosis/similar-incidents.ts';
import type { CauseStore } from '../../core/incidents/ports.ts';
import { deflateJson, inflateJson } from '../aws/deflated-json.ts';
import { newestUnder } from '../aws/dynamodb/tenant-items.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { causesKey, PAST_INCIDENTS, pastIncidentKey } from './item-keys.ts';

const Packed = z.object({ data: z.instanceof(Uint8Array) });

export interface CauseStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const put = async (
  { client, tableName }: CauseStoreOptions,
  tenantId: string,
  report: CausesReport,
  expiresAt: number,
): Promise<void> => {
  const command = new PutCommand({
    TableName: tableName,
    Item: {
      ...causesKey(tenantId, report.incidentId),
      incidentVersion: report.incidentVersion,
      data: deflateJson(report),
      expiresAt,
    },
    ConditionExpression: 'attribute_not_exists(pk) OR incidentVersion <= :version',
    ExpressionAttributeValues: { ':version': report.incidentVersion },
  });
  try {
    await withSdkErrors('storing causes', () => client.send(command));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const past = async (options: CauseStoreOptions, tenantId: string, limit: number): Promise<PastIncident[]> => {
  const about = { prefix: PAST_INCIDENTS, limit, doing: 'reading past incidents' };
  const items = await newestUnder(options, tenantId, about);
  return items.map((item) => inflateJson(Packed.parse(item).data) as PastIncident);
};

/** What was found of causes, and what closed incidents teach, in the registry table. */
export const dynamoCauseStore = (options: CauseStoreOptions): CauseStore => ({
  put: (tenantId, report, expiresAt) => put(options, tenantId, report, expiresAt),
  get: async (tenantId, incidentId) => {
    const get = new GetCommand({ TableName: options.tableName, Key: causesKey(tenantId, incidentId) });
    const { Item } = await withSdkErrors('reading causes', () => options.client.send(get));
    return Item === undefined ? undefined : (inflateJson(Packed.parse(Item).data) as CausesReport);
  },
  remember: async (tenantId, incident, expiresAt) => {
    const Item = {
      ...pastIncidentKey(tenantId, incident.incidentId),
      data: deflateJson(incident),
      expiresAt,
    };
    const command = new PutCommand({ TableName: options.tableName, Item });
    await withSdkErrors('storing a past incident', () => options.client.send(command));
  },
  past: (tenantId, limit) => past(options, tenantId, limit),
});
