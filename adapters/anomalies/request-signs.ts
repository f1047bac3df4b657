import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RequestSigns } from '../../core/anomalies/ports.ts';
import { QUARANTINE_PREFIX } from '../../core/metrics/object-keys.ts';
import { isoDate } from '../../core/shared/time.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { quotaKey } from '../platform/item-keys.ts';

export interface RequestSignsOptions {
  readonly raw: Bucket;
  /** The quota of a tenant. */
  readonly pointsPerMinute: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const QUOTA = 'pointsPerMinute';
const REASON_SUFFIX = '.reason.json';

const Window = z.object({ drawn: z.number() });

const drawnSince = async (
  { client, tableName }: DynamoTable,
  { now }: RequestSignsOptions,
  tenantId: string,
  from: number,
): Promise<number[]> => {
  const skOf = (startsAt: number): string =>
    quotaKey(tenantId, { name: QUOTA, startsAt, endsAt: startsAt }).sk;
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': tenantPk(tenantId),
      ':from': skOf(from),
      ':to': skOf(Math.floor(now() / 1000)),
    },
  });
  const page = await withSdkErrors('reading quotas', () => client.send(query));
  return (page.Items ?? []).map((item) => Window.parse(item).drawn);
};

/** Payloads parked today or on the day of `from`; of each day, the first thousand objects. */
const parkedSince = async (
  { raw: { client, bucketName }, now }: RequestSignsOptions,
  tenantId: string,
  from: number,
): Promise<number> => {
  const days = new Set([isoDate(from * 1000), isoDate(now())]);
  let parked = 0;
  for (const day of days) {
    const list = new ListObjectsV2Command({
      Bucket: bucketName,
      Prefix: `${QUARANTINE_PREFIX}/tenant=${tenantId}/date=${day}/`,
    });
    const page = await withSdkErrors('listing parked payloads', () => client.send(list));
    parked += (page.Contents ?? []).filter(
      ({ Key = '', LastModified }) =>
        !Key.endsWith(REASON_SUFFIX) && LastModified !== undefined && LastModified.getTime() >= from * 1000,
    ).length;
  }
  return parked;
};

/** Traces of the requests of a tenant: units drawn from its quota, and parked payloads. */
export const awsRequestSigns = (requests: DynamoTable, options: RequestSignsOptions): RequestSigns => ({
  pointsDrawn: async (tenantId, from) => ({
    limit: options.pointsPerMinute,
    drawn: await drawnSince(requests, options, tenantId, from),
  }),
  parkedSince: (tenantId, from) => parkedSince(options, tenantId, from),
});
