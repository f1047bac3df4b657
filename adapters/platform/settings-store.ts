import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import { NO_SETTINGS, Settings } from '../../core/platform/settings/settings.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { settingsKey } from './item-keys.ts';

/** Text: limits may exceed the range of DynamoDB's numbers. */
const SettingsItem = z.object({ settings: z.string() });

export interface SettingsStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

const get = async ({ client, tableName }: SettingsStoreOptions, tenantId: string): Promise<Settings> => {
  // Consistent: whoever changes settings reads them right after.
  const read = new GetCommand({ TableName: tableName, Key: settingsKey(tenantId), ConsistentRead: true });
  const { Item } = await withSdkErrors('reading settings', () => client.send(read));
  if (Item === undefined) return NO_SETTINGS;
  return Settings.parse(JSON.parse(SettingsItem.parse(Item).settings));
};

const replace = async (
  { client, tableName }: SettingsStoreOptions,
  tenantId: string,
  given: Settings,
): Promise<Settings> => {
  const settings = { ...given, version: given.version + 1 };
  const put = new PutCommand({
    TableName: tableName,
    Item: { ...settingsKey(tenantId), settings: JSON.stringify(settings), v: settings.version },
    ...(given.version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': given.version } }),
  });
  try {
    await withSdkErrors('storing settings', () => client.send(put));
    return settings;
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    // Sent again because its answer was lost, the change is already there.
    const stored = await get({ client, tableName }, tenantId);
    if (JSON.stringify(stored) === JSON.stringify(settings)) return stored;
    throw new ConflictError(
      `the settings are no longer those of version ${given.version}: read them again and repeat the change`,
      { cause },
    );
  }
};

/** A tenant's settings as one item of the registry table. */
export const dynamoSettingsStore = (options: SettingsStoreOptions): SettingsStore => ({
  get: (tenantId) => get(options, tenantId),
  replace: (tenantId, settings) => replace(options, tenantId, settings),
});

/**
 * Settings for functions that look at them all the time: a tenant's are read again after `keepMs`, so a change takes
 * that long to count everywhere.
 */
export const rememberedSettings = (
  store: Pick<SettingsStore, 'get'>,
  now: () => number,
  keepMs = 60_000,
): Pick<SettingsStore, 'get'> => {
  const known = new Map<string, { readonly settings: Promise<Settings>; readonly until: number }>();
  return {
    get: (tenantId) => {
      const found = known.get(tenantId);
      if (found !== undefined && found.until > now()) return found.settings;
      const settings = store.get(tenantId);
      known.set(tenantId, { settings, until: now() + keepMs });
      // A failure is not remembered: the next call asks again.
      settings.catch(() => known.delete(tenantId));
      return settings;
    },
  };
};
