import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { HourPoints, IngestionSummary } from '../../core/anomalies/ingestion-summary.ts';
import type { IngestionStore } from '../../core/anomalies/ports.ts';
import { objectOf, orUndefined } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { WEEK_SECONDS } from '../../core/shared/time.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { jsonText } from '../aws/json-attributes.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { ingestionKey } from './item-keys.ts';

const count = z.number().int().nonnegative();

const Summary: z.ZodType<IngestionSummary> = objectOf<IngestionSummary>()({
  checkedAt: z.number(),
  lastSeen: z.number(),
  targets: z.object({ reporting: count, late: count, silent: count, expired: count }),
  vanishedMetrics: count,
  hours: z.array(objectOf<HourPoints>()({ hour: z.number(), received: z.number(), expected: z.number() })),
  silence: orUndefined(z.string()),
});

const SummaryItem = z.object({ summary: jsonText(Summary) });
const FORMAT: StoredFormat<z.infer<typeof SummaryItem>> = {
  kind: 'ingestion',
  version: 1,
  schema: SummaryItem,
};

/** The summary of a tenant's ingestion as one item, which expires a week after the last check. */
export const dynamoIngestionStore = (table: DynamoTable): IngestionStore => ({
  get: async (tenantId) => {
    const item = await getItem(table, ingestionKey(tenantId), 'reading the state of ingestion', 'eventual');
    return item === undefined ? undefined : readItem(FORMAT, item).summary;
  },
  put: async (tenantId, summary) => {
    const put = new PutCommand({
      TableName: table.tableName,
      Item: {
        ...ingestionKey(tenantId),
        ...schemaVersionOf(FORMAT),
        summary: JSON.stringify(summary),
        expiresAt: summary.checkedAt + WEEK_SECONDS,
      },
    });
    await withSdkErrors('storing the state of ingestion', () => table.client.send(put));
  },
});
