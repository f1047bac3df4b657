import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Intervention, InterventionStore } from '../../core/forecasts/ports.ts';
import { objectOf } from '../../core/shared/schemas.ts';
import { type SkipTelemetry, type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { tenantKey } from '../aws/dynamodb/item-key.ts';
import { readItems } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { type Clock, newestBetween } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { interventionSks } from './item-keys.ts';

/** As long as the history that forecasts read, and a day. */
const KEPT_SECONDS = 15 * DAY_SECONDS;
const MAX_READ = 500;

/** An intervention, as an item. */
const INTERVENTION: StoredFormat<Intervention> = {
  kind: 'intervention',
  version: 1,
  schema: objectOf<Intervention>()({
    ...{ tenantId: z.string(), id: z.string(), targetIds: z.array(z.string()), at: z.number() },
  }),
};

export interface InterventionStoreOptions extends DynamoTable, Clock {
  /** Counts and logs interventions that are skipped because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** Interventions, kept for as long as forecasts look back. */
export const dynamoInterventionStore = (options: InterventionStoreOptions): InterventionStore => ({
  put: async (intervention) => {
    const { tenantId, id, at } = intervention;
    const item = {
      ...{ ...tenantKey(tenantId, interventionSks.at(at, id)), ...schemaVersionOf(INTERVENTION) },
      ...{ ...intervention, expiresAt: at + KEPT_SECONDS },
    };
    const write = new PutCommand({ TableName: options.tableName, Item: item });
    await withSdkErrors('storing an intervention', () => options.client.send(write));
  },
  since: async (tenantId, from) => {
    const range = { from: interventionSks.from(from), to: interventionSks.last };
    const query = { ...range, limit: MAX_READ, doing: 'reading interventions' };
    return readItems(INTERVENTION, await newestBetween(options, tenantId, query), options.telemetry);
  },
});
