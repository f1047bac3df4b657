import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { PastIncident } from '../../core/incidents/diagnosis/similar-incidents.ts';
import type { CausesReport } from '../../core/incidents/explaining/causes-report.ts';
import type { CauseStore } from '../../core/incidents/ports.ts';
import { registryKeys } from '../../core/shared/keys.ts';
import { deflateJson, inflateJson } from '../aws/dynamodb/deflated-json.ts';
import { newestUnder } from '../aws/dynamodb/tenant-items.ts';
import { calling } from '../aws/sdk-failure.ts';

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
      pk: registryKeys.tenant(tenantId),
      sk: registryKeys.causes(report.incidentId),
      incidentVersion: report.incidentVersion,
      data: deflateJson(report),
      expiresAt,
    },
    ConditionExpression: 'attribute_not_exists(pk) OR incidentVersion <= :version',
    ExpressionAttributeValues: { ':version': report.incidentVersion },
  });
  try {
    await calling('storing causes', () => client.send(command));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const past = async (options: CauseStoreOptions, tenantId: string, limit: number): Promise<PastIncident[]> => {
  const about = { prefix: registryKeys.pastIncidents, limit, doing: 'reading past incidents' };
  const items = await newestUnder(options, tenantId, about);
  return items.map((item) => inflateJson(Packed.parse(item).data) as PastIncident);
};

/** What was found of causes, and what closed incidents teach, in the registry table. */
export const dynamoCauseStore = (options: CauseStoreOptions): CauseStore => ({
  put: (tenantId, report, expiresAt) => put(options, tenantId, report, expiresAt),
  get: async (tenantId, incidentId) => {
    const Key = { pk: registryKeys.tenant(tenantId), sk: registryKeys.causes(incidentId) };
    const get = new GetCommand({ TableName: options.tableName, Key });
    const { Item } = await calling('reading causes', () => options.client.send(get));
    return Item === undefined ? undefined : (inflateJson(Packed.parse(Item).data) as CausesReport);
  },
  remember: async (tenantId, incident, expiresAt) => {
    const Item = {
      pk: registryKeys.tenant(tenantId),
      sk: registryKeys.pastIncident(incident.incidentId),
      data: deflateJson(incident),
      expiresAt,
    };
    const command = new PutCommand({ TableName: options.tableName, Item });
    await calling('storing a past incident', () => options.client.send(command));
  },
  past: (tenantId, limit) => past(options, tenantId, limit),
});
