import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AlertSource } from '../../core/remediation/cause.ts';
import type { StandingAlert, StandingAlerts } from '../../core/remediation/ports.ts';
import { afterChange, KEPT_ALERT_SECONDS, type StoredAlert } from '../../core/remediation/standing-alert.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { alertKey } from './item-keys.ts';

const seconds = z.number().int().nonnegative();
const AlertItem = z.object({
  ...{ source: AlertSource, name: z.string(), receivedAt: seconds, endedAt: seconds.nullable() },
  ...{ sentAt: z.number().int(), v: z.number().int().positive() },
});
const FORMAT: StoredFormat<z.infer<typeof AlertItem>> = { kind: 'alert', version: 1, schema: AlertItem };

const MAX_ATTEMPTS = 5;

const read = async (table: DynamoTable, tenantId: string, source: AlertSource, name: string) => {
  const item = await getItem(table, alertKey(tenantId, source, name), 'reading an alert');
  return item === undefined ? undefined : readItem(FORMAT, item);
};

const shown = ({ source, name, receivedAt, endedAt }: StoredAlert): StandingAlert => ({
  ...{ source, name, receivedAt, endedAt },
});

const store = (table: DynamoTable, tenantId: string, alert: StoredAlert, version: number) => {
  const put = new PutCommand({
    TableName: table.tableName,
    Item: {
      ...{ ...alertKey(tenantId, alert.source, alert.name), ...schemaVersionOf(FORMAT), ...alert },
      ...{ v: version + 1, expiresAt: (alert.endedAt ?? alert.receivedAt) + KEPT_ALERT_SECONDS },
    },
    ...atVersion(version),
  });
  return ifConditionHolds('storing an alert', () => table.client.send(put));
};

/** The alerts that the policies of tenants map, one item each. */
export const dynamoStandingAlerts = (table: DynamoTable): StandingAlerts => ({
  record: async (tenantId, change) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const stored = await read(table, tenantId, change.source, change.name);
      const alert = afterChange(stored, change);
      if (await store(table, tenantId, alert, stored?.v ?? 0)) return shown(alert);
    }
    throw new DependencyUnavailableError('an alert could not be stored: others kept writing it');
  },
  get: async (tenantId, source, name) => {
    const stored = await read(table, tenantId, source, name);
    return stored && shown(stored);
  },
});
