import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { cachedSettings } from '../../../adapters/platform/cached-settings.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { NO_SETTINGS, type Settings } from '../../../core/platform/settings/settings.ts';
import {
  ConflictError,
  DependencyUnavailableError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const refused = () => new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
const throttled = () => Object.assign(new Error('slow'), { name: 'ThrottlingException' });

beforeEach(() => {
  dynamo.reset();
});

describe('settings', () => {
  const store = dynamoSettingsStore({ client, tableName: 'settings' });
  const settings: Settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu', above: 1e300 }] };
  const lastItem = () => dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item;

  it('are empty until some are stored, and are returned as stored', async () => {
    dynamo.on(GetCommand).resolves({});
    expect(await store.get('acme')).toEqual(NO_SETTINGS);
    dynamo.on(PutCommand).resolves({});
    const stored = await store.replace('acme', settings);
    expect(stored).toEqual({ ...settings, version: 1 });
    expect(lastItem()).toMatchObject({ pk: 'T#acme', sk: 'SETTINGS', v: 1 });
    dynamo.on(GetCommand).resolves({ Item: lastItem() ?? {} });
    expect(await store.get('acme')).toEqual(stored);
    expect(dynamo.commandCalls(GetCommand).at(-1)?.args[0].input.ConsistentRead).toBe(true);
  });

  it.each([
    [0, { ConditionExpression: 'attribute_not_exists(pk)' }],
    [4, { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': 4 } }],
  ])('replace only version %i', async (version, condition) => {
    dynamo.on(PutCommand).rejects(refused());
    dynamo.on(GetCommand).resolves({});
    const refusal = store.replace('acme', { ...settings, version });
    await expect(refusal).rejects.toThrow(ConflictError);
    await expect(refusal).rejects.toThrow(`the settings changed since version ${version}`);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject(condition);
  });

  it('sent twice because a response was lost are stored once', async () => {
    const item = { schemaVersion: 1, settings: JSON.stringify({ ...settings, version: 1 }) };
    dynamo.on(PutCommand).rejects(refused()).on(GetCommand).resolves({ Item: item });
    expect(await store.replace('acme', settings)).toEqual({ ...settings, version: 1 });
  });

  it("that another caller changed in the meantime are not confused with one's own", async () => {
    const theirs = { ...settings, version: 1, thresholds: [{ metric: 'cpu', above: 5 }] };
    const Item = { schemaVersion: 1, settings: JSON.stringify(theirs) };
    dynamo.on(PutCommand).rejects(refused()).on(GetCommand).resolves({ Item });
    await expect(store.replace('acme', settings)).rejects.toThrow(ConflictError);
  });

  it.each([
    ['text that is not JSON', { schemaVersion: 1, settings: '{' }],
    ['settings of an unknown shape', { schemaVersion: 1, settings: '{"version":"one"}' }],
    ['an item of a newer release', { schemaVersion: 2, settings: '{}' }],
  ])('are rejected, by the name of their item, if it holds %s', async (_, item) => {
    dynamo.on(GetCommand).resolves({ Item: { pk: 'T#acme', sk: 'SETTINGS', ...item } });
    const reading = store.get('acme');
    await expect(reading).rejects.toThrow(UnreadableItemError);
    await expect(reading).rejects.toThrow('settings T#acme SETTINGS cannot be read');
  });

  it('that cannot be read are not empty', async () => {
    dynamo.on(GetCommand).rejects(throttled()).on(PutCommand).rejects(throttled());
    await expect(store.get('acme')).rejects.toThrow('reading settings: ThrottlingException: slow');
    await expect(store.get('acme')).rejects.toThrow(DependencyUnavailableError);
    await expect(store.replace('acme', settings)).rejects.toThrow('storing settings: ThrottlingException');
    await expect(store.replace('acme', settings)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('cached settings', () => {
  const counting = () => {
    const asked: string[] = [];
    let isDown = false;
    const get = async (tenantId: string) => {
      asked.push(tenantId);
      if (isDown) throw new DependencyUnavailableError('down');
      return { ...NO_SETTINGS, version: asked.length };
    };
    const clock = { now: 0 };
    const remembered = cachedSettings({ get }, () => clock.now, 1000);
    return { asked, clock, remembered, fail: (down: boolean) => (isDown = down) };
  };

  it('are read once per interval and tenant', async () => {
    const { asked, clock, remembered } = counting();
    await Promise.all([remembered.get('acme'), remembered.get('acme'), remembered.get('globex')]);
    expect(asked).toEqual(['acme', 'globex']);
    clock.now = 999;
    expect(await remembered.get('acme')).toMatchObject({ version: 1 });
    clock.now = 1000;
    expect(await remembered.get('acme')).toMatchObject({ version: 3 });
  });

  it('are read again after a failure', async () => {
    const { remembered, fail } = counting();
    fail(true);
    await expect(remembered.get('acme')).rejects.toThrow('down');
    fail(false);
    expect(await remembered.get('acme')).toMatchObject({ version: 2 });
  });
});
