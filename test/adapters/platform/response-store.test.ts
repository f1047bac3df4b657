import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { DependencyUnavailableError, UnreadableItemError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryResponses } from '../../fakes/platform.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table, mock, reset } = memoryDynamo(client);
const dynamo = () => dynamoResponseStore({ client, tableName: 'requests' });

const NOW = 1_795_255_500;
const COMMAND = { tenantId: 'acme', key: 'deploy-42', fingerprint: 'a', requestId: 'first' };
const OTHER = { ...COMMAND, fingerprint: 'b', requestId: 'second' };
const RESPONSE = { statusCode: 202, headers: { location: '/v1/x' }, body: '{"id":"é"}' };

beforeEach(reset);

describe.each([
  ['DynamoDB', dynamo],
  ['memory', memoryResponses],
])('the response store in %s', (_, make) => {
  it('gives a key to one request at a time', async () => {
    const store = make();
    expect(await store.claim(COMMAND, NOW, NOW + 30)).toEqual({ state: 'claimed' });
    const held = { state: 'in-progress', fingerprint: 'a', until: NOW + 30 };
    expect(await store.claim(OTHER, NOW + 29, NOW + 59)).toEqual(held);
    expect(await store.claim({ ...OTHER, tenantId: 'globex' }, NOW, NOW + 30)).toEqual({ state: 'claimed' });
    expect(await store.claim({ ...OTHER, key: 'deploy-43' }, NOW, NOW + 30)).toEqual({ state: 'claimed' });
  });

  it('reassigns the key when the claim has expired, because its function crashed', async () => {
    const store = make();
    await store.claim(COMMAND, NOW, NOW + 30);
    expect(await store.claim(OTHER, NOW + 30, NOW + 60)).toEqual({ state: 'claimed' });
    expect(await store.complete(COMMAND, RESPONSE, NOW + 99)).toBe(false);
    await store.release(COMMAND);
    expect(await store.claim(COMMAND, NOW + 31, NOW + 61)).toMatchObject({ state: 'in-progress' });
    expect(await store.complete(OTHER, RESPONSE, NOW + 99)).toBe(true);
  });

  it('returns the response until it expires', async () => {
    const store = make();
    await store.claim(COMMAND, NOW, NOW + 30);
    expect(await store.complete(COMMAND, RESPONSE, NOW + 86_400)).toBe(true);
    const answered = { state: 'answered', fingerprint: 'a', response: RESPONSE };
    expect(await store.claim(OTHER, NOW + 86_399, NOW + 90_000)).toEqual(answered);
    expect(await store.claim(OTHER, NOW + 86_400, NOW + 90_000)).toEqual({ state: 'claimed' });
  });

  it('frees a released key, but never a stored response', async () => {
    const store = make();
    await store.claim(COMMAND, NOW, NOW + 30);
    await store.release(COMMAND);
    expect(await store.claim(OTHER, NOW, NOW + 30)).toEqual({ state: 'claimed' });
    await store.complete(OTHER, RESPONSE, NOW + 99);
    await store.release(OTHER);
    expect(await store.complete(OTHER, { ...RESPONSE, body: '{}' }, NOW + 99)).toBe(false);
    expect(await store.claim(COMMAND, NOW, NOW + 30)).toMatchObject({
      state: 'answered',
      response: RESPONSE,
    });
  });

  it('does not complete requests that were not claimed', async () => {
    const store = make();
    expect(await store.complete(COMMAND, RESPONSE, NOW + 99)).toBe(false);
    expect(await store.claim(OTHER, NOW, NOW + 30)).toEqual({ state: 'claimed' });
  });
});

describe('items of responses', () => {
  it("are in the tenant's partition, expire, and are compressed", async () => {
    const store = dynamo();
    await store.claim(COMMAND, NOW, NOW + 30);
    await store.complete(COMMAND, { ...RESPONSE, body: 'x'.repeat(100_000) }, NOW + 86_400);
    expect(table.items).toEqual([
      expect.objectContaining({
        ...{ pk: 'T#acme', sk: 'RESPONSE#deploy-42', expiresAt: NOW + 86_400, schemaVersion: 1 },
        response: expect.any(Uint8Array),
      }),
    ]);
    expect(JSON.stringify(table.items).length).toBeLessThan(3000);
  });

  it('of a newer release are rejected by name', async () => {
    const store = dynamo();
    await store.claim(COMMAND, NOW, NOW + 30);
    const item = { ...table.items[0], schemaVersion: 2 };
    await client.send(new PutCommand({ TableName: 'requests', Item: item }));
    await expect(store.claim(OTHER, NOW, NOW + 30)).rejects.toThrow(UnreadableItemError);
  });

  it('that are released between claim and read make the client retry at once', async () => {
    const store = dynamo();
    await store.claim(COMMAND, NOW, NOW + 30);
    mock.on(GetCommand).resolves({});
    expect(await store.claim(OTHER, NOW, NOW + 30)).toEqual({
      state: 'in-progress',
      fingerprint: 'b',
      until: NOW,
    });
  });

  it('in an unreachable store are a dependency failure', async () => {
    const throttled = Object.assign(new Error('slow'), { name: 'ThrottlingException' });
    mock.on(PutCommand).rejects(throttled).on(DeleteCommand).rejects(throttled);
    const store = dynamo();
    await expect(store.claim(COMMAND, NOW, NOW + 30)).rejects.toThrow(DependencyUnavailableError);
    await expect(store.complete(COMMAND, RESPONSE, NOW + 99)).rejects.toThrow(DependencyUnavailableError);
    await expect(store.release(COMMAND)).rejects.toThrow(DependencyUnavailableError);
  });
});
