import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import type { TargetSighting } from '../../../core/metrics/targets/sighting.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const pace = { sleep: async () => {}, random: () => 0 };
const { telemetry } = recordedTelemetry();
const NOW = 1_000_000;
const registry = () =>
  dynamoTargetRegistry({ client, tableName: 'registry', telemetry, now: () => NOW * 1000 });
const recorder = () => dynamoTargetRecorder({ client, tableName: 'registry', retentionDays: 35, pace });
const lostRace = new ConditionalCheckFailedException({ $metadata: {}, message: '' });

const seen = (targetId: string, some: Partial<TargetSighting> = {}): TargetSighting => ({
  targetId,
  profile: 'web',
  metrics: { cpu: { kind: 'gauge', unit: '%' } },
  firstSeen: 100,
  lastSeen: 200,
  ...some,
});
const item = (targetId: string, v = 1, some: object = {}) => ({
  pk: 'T#acme',
  sk: `TARGET#${targetId}`,
  schemaVersion: 1,
  targetId,
  profile: 'web',
  metrics: [{ name: 'cpu', kind: 'gauge', unit: '%' }],
  firstSeen: 100,
  lastSeen: 200,
  v,
  expiresAt: 3800 + 35 * 86_400,
  ...some,
});
const target = (targetId: string, some: object = {}) => ({ tenantId: 'acme', ...seen(targetId), ...some });
const puts = () =>
  dynamo
    .commandCalls(PutCommand)
    .map(({ args }) => args[0].input)
    .filter(({ Item }) => Item?.pk !== 'TENANTS');
const found = (...items: object[]) =>
  dynamo.on(BatchGetCommand).resolves({ Responses: { registry: items as Record<string, unknown>[] } });

beforeEach(() => {
  dynamo.reset();
  dynamo.on(PutCommand).resolves({});
});

describe('recording targets', () => {
  it('adds a target that is not known, and its tenant', async () => {
    found();
    await recorder().record('acme', [seen('web-1')]);
    expect(puts()).toEqual([
      { TableName: 'registry', Item: item('web-1'), ConditionExpression: 'attribute_not_exists(pk)' },
    ]);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input.Item).toEqual({ pk: 'TENANTS', sk: 'acme' });
  });

  it('lets a target expire after its last point, which may be later than its lastSeen by a step', async () => {
    found(item('web-1'));
    await recorder().record('acme', [seen('web-1', { lastSeen: 5000 })]);
    expect(puts()[0]?.Item).toMatchObject({ lastSeen: 5000, expiresAt: 8600 + 35 * 86_400 });
  });

  it('names the tenant once per container', async () => {
    found();
    const one = recorder();
    await one.record('acme', [seen('a')]);
    await one.record('acme', [seen('a')]);
    await one.record('beta', [seen('a')]);
    await one.record('idle', []);
    const tenants = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
    expect(tenants.filter((each) => each?.pk === 'TENANTS').map((each) => each?.sk)).toEqual([
      'acme',
      'beta',
    ]);
  });

  it('writes nothing for an unchanged target', async () => {
    found(item('web-1'));
    await recorder().record('acme', [seen('web-1')]);
    expect(puts()).toEqual([]);
  });

  it('merges into the version it read', async () => {
    found(item('web-1', 5));
    await recorder().record('acme', [seen('web-1', { metrics: { mem: { kind: 'gauge' } }, lastSeen: 300 })]);
    expect(puts()[0]).toMatchObject({
      Item: {
        metrics: [
          { name: 'cpu', kind: 'gauge', unit: '%' },
          { name: 'mem', kind: 'gauge' },
        ],
        lastSeen: 300,
        v: 6,
      },
      ConditionExpression: 'v = :v',
      ExpressionAttributeValues: { ':v': 5 },
    });
  });

  it('reads and merges again if another writer changed it in the meantime', async () => {
    dynamo
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { registry: [item('a', 1), item('b', 1)] } })
      .resolves({ Responses: { registry: [item('b', 2, { lastSeen: 9000 })] } });
    dynamo.on(PutCommand, { Item: { pk: 'TENANTS', sk: 'acme' } }).resolves({});
    dynamo
      .on(PutCommand, { ExpressionAttributeValues: { ':v': 1 } })
      .resolvesOnce({})
      .rejectsOnce(lostRace);
    const later = { lastSeen: 5000 };
    await recorder().record('acme', [seen('a', later), seen('b', { ...later, firstSeen: 50 })]);
    expect(puts().at(-1)?.Item).toMatchObject({ targetId: 'b', firstSeen: 50, lastSeen: 9000, v: 3 });
  });

  it('gives up on a target that keeps changing', async () => {
    found(item('a', 1));
    dynamo.on(PutCommand, { ExpressionAttributeValues: { ':v': 1 } }).rejects(lostRace);
    await expect(recorder().record('acme', [seen('a', { lastSeen: 5000 })])).rejects.toThrow(
      DependencyUnavailableError,
    );
    expect(puts()).toHaveLength(6);
  });

  it('records everything else before rejecting metrics beyond the limit', async () => {
    found();
    const many = Object.fromEntries(
      Array.from({ length: 1001 }, (_, n) => [`m${n}`, { kind: 'gauge' as const }]),
    );
    const recording = recorder().record('acme', [seen('crowded', { metrics: many }), seen('web-1')]);
    await expect(recording).rejects.toThrow(InvalidInputError);
    await expect(recording).rejects.toThrow('crowded m1000');
    expect(puts().map(({ Item }) => [Item?.targetId, Item?.metrics.length])).toEqual([
      ['crowded', 1000],
      ['web-1', 1],
    ]);
  });

  it('records all others if one item is rejected permanently, and then names it', async () => {
    found();
    const refused = Object.assign(new Error('Item size has exceeded the maximum'), {
      name: 'ValidationException',
    });
    dynamo.on(PutCommand, { Item: item('a') }).rejects(refused);
    const sightings = ['a', 'b', 'c'].map((targetId) => seen(targetId));
    await expect(recorder().record('acme', sightings)).rejects.toThrow(/a \(.*item is larger/);
    expect(puts().map(({ Item }) => Item?.targetId)).toEqual(['a', 'b', 'c']);
  });

  it('keeps metric names that objects treat specially', async () => {
    found();
    const metrics = Object.fromEntries([
      ['__proto__', { kind: 'gauge' as const }],
      ['constructor', { kind: 'delta' as const }],
    ]);
    await recorder().record('acme', [seen('a', { metrics })]);
    dynamo.on(GetCommand).resolves({ Item: puts()[0]?.Item ?? {} });
    const known = await registry().get('acme', 'a');
    expect(Object.entries(known?.metrics ?? {})).toEqual(Object.entries(metrics));
    found(puts()[0]?.Item ?? {});
    const before = puts().length;
    await recorder().record('acme', [seen('a', { metrics })]);
    expect(puts()).toHaveLength(before);
  });
});

describe('reading targets', () => {
  it('finds one, or none', async () => {
    dynamo
      .on(GetCommand)
      .resolvesOnce({ Item: item('web-1') })
      .resolves({});
    expect(await registry().get('acme', 'web-1')).toEqual(target('web-1'));
    expect(await registry().get('acme', 'web-2')).toBeUndefined();
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input.Key).toEqual({
      pk: 'T#acme',
      sk: 'TARGET#web-1',
    });
  });

  it('does not find one whose points have all expired', async () => {
    dynamo
      .on(GetCommand)
      .resolvesOnce({ Item: item('web-1', 1, { expiresAt: NOW }) })
      .resolves({ Item: item('web-1', 1, { expiresAt: NOW + 1 }) });
    expect(await registry().get('acme', 'web-1')).toBeUndefined();
    expect(await registry().get('acme', 'web-1')).toBeDefined();
  });

  it('lists a page and continues after it', async () => {
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item('a'), item('b')], LastEvaluatedKey: { pk: 'T#acme', sk: 'TARGET#b' } })
      .resolves({ Items: [item('c')] });
    const first = await registry().list('acme', { limit: 2 });
    expect(first.items).toEqual([target('a'), target('b')]);
    const second = await registry().list('acme', { limit: 2, cursor: first.nextCursor });
    expect(second).toEqual({ items: [target('c')], nextCursor: undefined });
    const [one, two] = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(one).toMatchObject({
      Limit: 3,
      FilterExpression: 'expiresAt > :now',
      ExpressionAttributeValues: { ':pk': 'T#acme', ':sk': 'TARGET#', ':now': NOW },
    });
    expect(two?.ExclusiveStartKey).toEqual({ pk: 'T#acme', sk: 'TARGET#b' });
  });

  it("rejects another tenant's cursor", async () => {
    dynamo
      .on(QueryCommand)
      .resolves({ Items: [item('a')], LastEvaluatedKey: { pk: 'T#acme', sk: 'TARGET#a' } });
    const { nextCursor } = await registry().list('acme', { limit: 1 });
    await expect(registry().list('rival', { limit: 1, cursor: nextCursor })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('lists tenants over all pages', async () => {
    dynamo
      .on(QueryCommand)
      .resolvesOnce({
        Items: [{ pk: 'TENANTS', sk: 'acme' }],
        LastEvaluatedKey: { pk: 'TENANTS', sk: 'acme' },
      })
      .resolves({ Items: [{ pk: 'TENANTS', sk: 'beta' }] });
    expect(await registry().listTenants()).toEqual(['acme', 'beta']);
  });
});
