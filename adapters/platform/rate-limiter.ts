import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RateLimiter } from '../../core/platform/access/ports.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { quotaKey } from './item-keys.ts';

const MINUTE_MS = 60_000;
/** Long enough to inspect a counter, short enough to cost nothing. */
const KEPT_SECONDS = HOUR_SECONDS;

export interface RateLimiterOptions extends DynamoTable {
  readonly pointsPerMinute: number;
}

/** Tenants whose spent minute is remembered. */
const MAX_SPENT = 1_000;

const updateOf = ({ tableName }: RateLimiterOptions, tenantId: string, minute: number) => ({
  TableName: tableName,
  Key: { ...quotaKey(tenantId, minute) },
  UpdateExpression: 'ADD #points :points SET expiresAt = :expiresAt',
  ExpressionAttributeNames: { '#points': 'points' },
});

const expiryOf = (minute: number): number => minute * 60 + KEPT_SECONDS;

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

const Counter = z.object({ points: z.number() });

const take =
  (options: RateLimiterOptions): RateLimiter['take'] =>
  async (tenantId, points, at) => {
    const { client, pointsPerMinute } = options;
    if (points > pointsPerMinute) return false;
    const minute = minuteOf(at);
    const update = new UpdateCommand({
      ...updateOf(options, tenantId, minute),
      ConditionExpression: 'attribute_not_exists(#points) OR #points <= :room',
      ExpressionAttributeValues: {
        ':points': points,
        ':room': pointsPerMinute - points,
        ':expiresAt': expiryOf(minute),
      },
    });
    return ifConditionHolds('taking from a quota', () => client.send(update));
  };

/** Counts points per tenant and minute in atomic updates, which fail if they would exceed the quota. */
export const dynamoRateLimiter = (options: RateLimiterOptions): RateLimiter => {
  /** The minute that each tenant has used up. */
  const spent = new Map<string, number>();
  return {
    take: take(options),
    charge: async (tenantId, points, at) => {
      const minute = minuteOf(at);
      const update = new UpdateCommand({
        ...updateOf(options, tenantId, minute),
        ExpressionAttributeValues: { ':points': points, ':expiresAt': expiryOf(minute) },
        ReturnValues: 'UPDATED_NEW',
      });
      const { Attributes } = await withSdkErrors('charging a quota', () => options.client.send(update));
      if (Counter.parse(Attributes).points < options.pointsPerMinute) return;
      if (spent.size >= MAX_SPENT) spent.clear();
      spent.set(tenantId, minute);
    },
    isSpent: (tenantId, at) => spent.get(tenantId) === minuteOf(at),
  };
};
