import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { FleetSizes } from '../../core/incidents/ports.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { TARGETS } from '../metrics/item-keys.ts';

export interface FleetSizesOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Counts a tenant's targets in the registry table: all are read for it (1 MB a call), so remember the answer. */
export const dynamoFleetSizes = ({ client, tableName }: FleetSizesOptions): FleetSizes => ({
  count: async (tenantId) => {
    let counted = 0;
    let after: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': TARGETS },
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

const HOUR_MS = 3_600_000;

/** Counts again after an hour at the earliest. A failure is not remembered. */
export const rememberedFleetSizes = (fleets: FleetSizes, now: () => number): FleetSizes => {
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
