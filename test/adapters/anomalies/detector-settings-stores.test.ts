import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoDetectorStateStore } from '../../../adapters/anomalies/detector-state-store.ts';
import { cachedSettings } from '../../../adapters/platform/cached-settings.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { NO_SETTINGS, type Settings } from '../../../core/platform/settings/settings.ts';
import { ConflictError, DependencyUnavailableError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const refused = () => new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
const throttled = () => Object.assign(new Error('slow'), { name: 'ThrottlingException' });

beforeEach(() => {
  dynamo.reset();
});

describe('what detectors have learned', () => {
  const store = dynamoDetectorStateStore({ client, tableName: 'hot' });
  const owner = { tenantId: 'acme', targetId: 'web-1' };
  const bytes = Uint8Array.of(1, 2, 3);

  it('lies beside the blocks of its target', async () => {
    dynamo.on(GetCommand).resolves({ Item: { data: bytes, v: 7 } });
    expect(await store.get('acme', 'web-1')).toEqual({ bytes, version: 7 });
    const input = dynamo.commandCalls(GetCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ TableName: 'hot', Key: { pk: 'T#acme#web-1', sk: 'D' } });
    dynamo.on(GetCommand).resolves({});
    expect(await store.get('acme', 'web-1')).toBeUndefined();
  });

  it.each([
    [0, { ConditionExpression: 'attribute_not_exists(pk)' }],
    [7, { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': 7 } }],
  ])('is written only over version %i', async (version, condition) => {
    dynamo.on(PutCommand).resolves({});
    expect(await store.put(owner, bytes, version, 99)).toBe(true);
    const Item = { pk: 'T#acme#web-1', sk: 'D', data: bytes, v: version + 1, expiresAt: 99 };
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({ ...condition, Item });
    dynamo.on(PutCommand).rejects(refused());
    expect(await store.put(owner, bytes, version, 99)).toBe(false);
  });

  it('is neither lost nor absent because the table is down', async () => {
    dynamo.on(GetCommand).rejects(throttled()).on(PutCommand).rejects(throttled());
    await expect(store.get('acme', 'web-1')).rejects.toThrow(DependencyUnavailableError);
    await expect(store.put(owner, bytes, 1, 99)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('settings', () => {
  const store = dynamoSettingsStore({ client, tableName: 'registry' });
  const settings: Settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu', above: 1e300 }] };
  const lastItem = () => dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item;

  it('are empty until there are some, and come back as they were stored', async () => {
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
    await expect(store.replace('acme', { ...settings, version })).rejects.toThrow(ConflictError);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject(condition);
  });

  it('sent twice, because an answer was lost, are stored once', async () => {
    const item = { schemaVersion: 1, settings: JSON.stringify({ ...settings, version: 1 }) };
    dynamo.on(PutCommand).rejects(refused()).on(GetCommand).resolves({ Item: item });
    expect(await store.replace('acme', settings)).toEqual({ ...settings, version: 1 });
  });

  it('that cannot be read are not empty', async () => {
    dynamo.on(GetCommand).rejects(throttled()).on(PutCommand).rejects(throttled());
    await expect(store.get('acme')).rejects.toThrow(DependencyUnavailableError);
    await expect(store.replace('acme', settings)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('remembered settings', () => {
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

  it('are read once a while, by tenant', async () => {
    const { asked, clock, remembered } = counting();
    await Promise.all([remembered.get('acme'), remembered.get('acme'), remembered.get('globex')]);
    expect(asked).toEqual(['acme', 'globex']);
    clock.now = 1001;
    expect(await remembered.get('acme')).toMatchObject({ version: 3 });
  });

  it('are asked for again after a failure', async () => {
    const { remembered, fail } = counting();
    fail(true);
    await expect(remembered.get('acme')).rejects.toThrow('down');
    fail(false);
    expect(await remembered.get('acme')).toMatchObject({ version: 2 });
  });
});
