import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { FleetSizes } from '../../core/incidents/ports.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../core/shared/time.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import type { Clock } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { TARGETS } from '../metrics/item-keys.ts';

/** Hosts that were replaced do not make a coincidence of the others more likely. */
const LIVE_SECONDS = DAY_SECONDS;

/** Counts a tenant's targets seen within a day. Counting reads all of them (1 MB per call), so cache the result. */
export const dynamoFleetSizes = ({ client, tableName, now }: DynamoTable & Clock): FleetSizes => ({
  count: async (tenantId) => {
    const since = Math.floor(now() / 1000) - LIVE_SECONDS;
    let counted = 0;
    let after: Item | undefined;
    do {
      const query = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        FilterExpression: 'lastSeen > :since',
        ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': TARGETS, ':since': since },
        Select: 'COUNT',
        ExclusiveStartKey: after,
      });
      const answer = await withSdkErrors('counting targets', () => client.send(query));
      counted += answer.Count ?? 0;
      after = answer.LastEvaluatedKey;
    } while (after !== undefined);
    return counted;
  },
});

const HOUR_MS = HOUR_SECONDS * 1000;

/** Counts at most once an hour for each tenant. A failure is not cached. */
export const cachedFleetSizes = (fleets: FleetSizes, now: () => number): FleetSizes => {
  const known = new Map<string, { readonly targets: number; readonly until: number }>();
  return {
    count: async (tenantId) => {
      const found = known.get(tenantId);
      if (found !== undefined && found.until > now()) return found.targets;
      const targets = await fleets.count(tenantId);
      known.set(tenantId, { targets, until: now() + HOUR_MS });
      return targets;
    },
  };
};
