import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3PeerFiles } from '../../../adapters/anomalies/peer-files.ts';
import { lambdaWorkStarter } from '../../../adapters/anomalies/work-starter.ts';
import { dynamoBlockGlance } from '../../../adapters/metrics/block-store.ts';
import type { PeerWork } from '../../../core/anomalies/ports.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const s3 = mockClient(S3Client);
const lambda = mockClient(LambdaClient);
const documents = mockClient(DynamoDBDocumentClient);
const named = (name: string) => Object.assign(new Error('no'), { name });

const group = { tenantId: 'acme', profile: 'web', part: 1, parts: 4 } as const;
const Key = 'peers/tenant=acme/web-2-of-4.bin';

beforeEach(() => {
  for (const mock of [s3, lambda, documents]) mock.reset();
});

describe('the state of a group', () => {
  const files = s3PeerFiles({ client: new S3Client({ region: 'us-east-1' }), bucketName: 'forecasts' });

  it('is read with its version, and undefined before the first', async () => {
    const Body = { transformToByteArray: async () => Uint8Array.of(1, 2) } as never;
    s3.on(GetObjectCommand, { Bucket: 'forecasts', Key }).resolves({ Body, ETag: '"abc"' });
    expect(await files.read(group)).toEqual({ bytes: Uint8Array.of(1, 2), version: '"abc"' });
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: 'no' }));
    expect(await files.read(group)).toBeUndefined();
  });

  it('is replaced only if unchanged since it was read', async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await files.replace(group, Uint8Array.of(3), undefined)).toBe(true);
    expect(await files.replace(group, Uint8Array.of(3), '"abc"')).toBe(true);
    const puts = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(puts).toMatchObject([
      { Key, IfNoneMatch: '*' },
      { Key, IfMatch: '"abc"' },
    ]);
    s3.on(PutObjectCommand).rejects(named('PreconditionFailed'));
    expect(await files.replace(group, Uint8Array.of(3), '"abc"')).toBe(false);
  });
});

describe('a comparison', () => {
  const client = new LambdaClient({ region: 'us-east-1' });
  const starter = lambdaWorkStarter<PeerWork>({ client, functionName: 'compare' });
  const work: PeerWork = { ...group, targetIds: ['web-1'], counters: [], firstSeen: 1, relearn: false };

  it('is started asynchronously with its complete input', async () => {
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    await starter.start(work);
    const { Payload, ...input } = lambda.commandCalls(InvokeCommand)[0]!.args[0].input;
    expect(input).toEqual({ FunctionName: 'compare', InvocationType: 'Event' });
    expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString())).toEqual(work);
  });

  it('that Lambda does not accept is reported', async () => {
    lambda.on(InvokeCommand).rejects(named('TooManyRequestsException'));
    await expect(starter.start(work)).rejects.toThrow(DependencyUnavailableError);
    lambda.on(InvokeCommand).resolves({ StatusCode: 200 });
    await expect(starter.start(work)).rejects.toThrow('Lambda returned 200');
  });
});

describe('blocks by key', () => {
  it('are read by their keys at half the price, absent ones without bytes', async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
    const { read } = dynamoBlockGlance({ client, tableName: 'hot' });
    const item = { pk: 'T#acme#web-1', sk: 'B#2026-11-21T10', data: Uint8Array.of(7), v: 3 };
    documents.on(BatchGetCommand).resolves({ Responses: { hot: [item] } });
    const hour = Date.UTC(2026, 10, 21, 10) / 3_600_000;
    const keys = ['web-1', 'web-2'].map((targetId) => ({ tenantId: 'acme', targetId, hour }));
    expect(await read(keys)).toEqual([
      { key: keys[0], bytes: Uint8Array.of(7), version: 3 },
      { key: keys[1], bytes: undefined, version: 0 },
    ]);
    const { RequestItems } = documents.commandCalls(BatchGetCommand)[0]!.args[0].input;
    expect(RequestItems?.hot).toMatchObject({ ConsistentRead: false, Keys: [{ sk: item.sk }, {}] });
  });
});
