import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import { NO_SETTINGS, Settings } from '../../core/platform/settings/settings.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { jsonText } from '../aws/json-attributes.ts';
import { settingsKey } from './item-keys.ts';

/** As text: limits may exceed the range of DynamoDB's numbers. */
const SettingsItem = z.object({ settings: jsonText(Settings) });
const FORMAT: StoredFormat<z.infer<typeof SettingsItem>> = {
  kind: 'settings',
  version: 1,
  schema: SettingsItem,
};

const get = async (table: DynamoTable, tenantId: string): Promise<Settings> => {
  // Strongly consistent: a caller reads settings right after changing them.
  const item = await getItem(table, settingsKey(tenantId), 'reading settings');
  return item === undefined ? NO_SETTINGS : readItem(FORMAT, item).settings;
};

const replace = async (table: DynamoTable, tenantId: string, given: Settings): Promise<Settings> => {
  const settings = { ...given, version: given.version + 1 };
  const put = new PutCommand({
    TableName: table.tableName,
    Item: {
      ...settingsKey(tenantId),
      ...schemaVersionOf(FORMAT),
      settings: JSON.stringify(settings),
      v: settings.version,
    },
    ...atVersion(given.version),
  });
  if (await ifConditionHolds('storing settings', () => table.client.send(put))) return settings;
  // The caller may repeat a change because its answer was lost: then the change is already stored.
  const stored = await get(table, tenantId);
  if (JSON.stringify(stored) === JSON.stringify(settings)) return stored;
  throw new ConflictError(
    `the settings changed since version ${given.version}: read them again and repeat the change`,
  );
};

/** A tenant's settings as one item. */
export const dynamoSettingsStore = (table: DynamoTable): SettingsStore => ({
  get: (tenantId) => get(table, tenantId),
  replace: (tenantId, settings) => replace(table, tenantId, settings),
});
