import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RateLimiter } from '../../core/platform/access/ports.ts';
import { registryKeys } from '../../core/shared/keys.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { calling } from '../aws/sdk-failure.ts';

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
      Key: { pk: registryKeys.tenant(tenantId), sk: registryKeys.rate(minute) },
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
      await calling('DynamoDB UpdateItem', () => client.send(update));
      return true;
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException) return false;
      throw cause;
    }
  },
});
