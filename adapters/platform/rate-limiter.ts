import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RateLimiter } from '../../core/platform/access/ports.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { quotaKey } from './item-keys.ts';

const MINUTE_MS = 60_000;
/** Long enough to inspect a counter, short enough to cost nothing. */
const KEPT_SECONDS = HOUR_SECONDS;

export interface RateLimiterOptions extends DynamoTable {
  readonly pointsPerMinute: number;
}

/** Counts points per tenant and minute in one atomic update, which fails if it would exceed the quota. */
export const dynamoRateLimiter = ({
  client,
  tableName,
  pointsPerMinute,
}: RateLimiterOptions): RateLimiter => ({
  take: async (tenantId, points, at) => {
    if (points > pointsPerMinute) return false;
    const minute = Math.floor(at / MINUTE_MS);
    const update = new UpdateCommand({
      TableName: tableName,
      Key: { ...quotaKey(tenantId, minute) },
      UpdateExpression: 'ADD #points :points SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(#points) OR #points <= :room',
      ExpressionAttributeNames: { '#points': 'points' },
      ExpressionAttributeValues: {
        ':points': points,
        ':room': pointsPerMinute - points,
        ':expiresAt': minute * 60 + KEPT_SECONDS,
      },
    });
    return ifConditionHolds('taking from a quota', () => client.send(update));
  },
});
