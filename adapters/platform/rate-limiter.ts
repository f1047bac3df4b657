import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RateLimiter } from '../../core/platform/access/ports.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { quotaKey } from './item-keys.ts';

const MINUTE_MS = 60_000;
/** Long enough to look at, short enough to cost nothing. */
const KEPT_SECONDS = HOUR_SECONDS;

/** Counts points per tenant and minute in one atomic update, which fails rather than pass the quota. */
export const dynamoRateLimiter = (
  client: DynamoDBDocumentClient,
  tableName: string,
  pointsPerMinute: number,
): RateLimiter => ({
  take: async (tenantId, points, at) => {
    if (points > pointsPerMinute) return false;
    const minute = Math.floor(at / MINUTE_MS);
    const update = new UpdateCommand({
      TableName: tableName,
      Key: quotaKey(tenantId, minute),
      UpdateExpression: 'ADD #points :points SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(#points) OR #points <= :room',
      ExpressionAttributeNames: { '#points': 'points' },
      ExpressionAttributeValues: {
        ':points': points,
        ':room': pointsPerMinute - points,
        ':expiresAt': minute * 60 + KEPT_SECONDS,
      },
    });
    try {
      await withSdkErrors('DynamoDB UpdateItem', () => client.send(update));
      return true;
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException) return false;
      throw cause;
    }
  },
});
