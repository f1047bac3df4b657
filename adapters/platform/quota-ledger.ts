import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { QuotaLedger } from '../../core/platform/access/ports.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { quotaKey } from './item-keys.ts';

/** Long enough to inspect a counter, short enough to cost nothing. */
const KEPT_SECONDS = HOUR_SECONDS;

const Counter = z.object({ drawn: z.number() });

/** Counts the units drawn from each window in atomic updates. */
export const dynamoQuotaLedger = ({ client, tableName }: DynamoTable): QuotaLedger => ({
  draw: async (tenantId, window, units) => {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: { ...quotaKey(tenantId, window) },
      UpdateExpression: 'ADD drawn :units SET expiresAt = :expiresAt',
      ExpressionAttributeValues: { ':units': units, ':expiresAt': window.endsAt + KEPT_SECONDS },
      ReturnValues: 'UPDATED_NEW',
    });
    const { Attributes } = await withSdkErrors('drawing from a quota', () => client.send(update));
    return Counter.parse(Attributes).drawn - units;
  },
});
