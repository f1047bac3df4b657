import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeS3Client, makeSqsClient } from '../../../adapters/aws/clients.ts';
import { isTransient } from '../../../adapters/aws/sdk-failure.ts';
import { sqsIngestQueue } from '../../../adapters/metrics/ingest-queue.ts';
import { s3RawStore } from '../../../adapters/metrics/raw-store.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';

const s3 = mockClient(S3Client);
const sqs = mockClient(SQSClient);
const raw = s3RawStore({ client: new S3Client({ region: 'us-east-1' }), bucketName: 'raw' });
const about = { $metadata: {}, message: 'no' };

beforeEach(() => {
  s3.reset();
  sqs.reset();
});

describe('raw store', () => {
  it('stores the bytes unchanged', async () => {
    s3.on(PutObjectCommand).resolves({});
    await raw.put('raw/tenant=acme/x.csv', Uint8Array.from([1, 2]), 'text/csv');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'raw',
      Key: 'raw/tenant=acme/x.csv',
      Body: Uint8Array.from([1, 2]),
      ContentType: 'text/csv',
    });
  });

  it('returns the bytes', async () => {
    const Body = { transformToByteArray: async () => Uint8Array.from([1, 2]) };
    s3.on(GetObjectCommand).resolves({ Body } as never);
    expect(await raw.get('x')).toEqual(Uint8Array.from([1, 2]));
  });

  it('names an object that does not exist', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey(about));
    await expect(raw.get('x')).rejects.toThrow(new InvalidInputError('object x does not exist'));
  });

  it('distinguishes a bucket that is down from one that it may not read', async () => {
    const slow = new S3ServiceException({ ...about, name: 'SlowDown', $fault: 'server' });
    const denied = new S3ServiceException({ ...about, name: 'AccessDenied', $fault: 'client' });
    s3.on(GetObjectCommand).rejectsOnce(slow).resolvesOnce({}).rejects(denied);
    await expect(raw.get('x')).rejects.toThrow(DependencyUnavailableError);
    await expect(raw.get('x')).rejects.toThrow('no body');
    await expect(raw.get('x')).rejects.toBe(denied);
  });

  it('treats a connection that breaks within the body as an outage', async () => {
    const broken = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    s3.on(GetObjectCommand).resolves({
      Body: { transformToByteArray: () => Promise.reject(broken) },
    } as never);
    await expect(raw.get('x')).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('ingest queue', () => {
  const pointer = {
    tenantId: 'acme',
    requestId: 'r',
    key: 'k',
    format: 'json',
    contentType: '',
    gzip: false,
    receivedAt: 1,
    query: {},
  } as const;

  it('sends the pointer as JSON', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await sqsIngestQueue(new SQSClient({ region: 'us-east-1' }), 'https://queue').send(pointer);
    const sent = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(sent?.QueueUrl).toBe('https://queue');
    expect(JSON.parse(sent?.MessageBody ?? '')).toEqual(pointer);
  });
});

describe('SDK failures', () => {
  it.each([
    [Object.assign(new Error(), { name: 'TimeoutError' }), true],
    [Object.assign(new Error(), { code: 'ECONNREFUSED' }), true],
    [Object.assign(new Error(), { name: 'TransactionConflictException', $fault: 'client' }), true],
    [Object.assign(new Error(), { $fault: 'server' }), true],
    [Object.assign(new Error(), { name: 'ValidationException', $fault: 'client' }), false],
    [new TypeError('bug'), false],
    ['text', false],
  ])('of kind %o are retriable: %s', (error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });
});

describe('clients', () => {
  const before = process.env.AWS_ENDPOINT_URL;
  afterEach(() => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  });

  it.each([
    ['http://127.0.0.1:4566', true],
    [undefined, false],
  ])('use path-style addresses and the single endpoint of an emulator at %s: %s', (endpoint, emulated) => {
    if (endpoint === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = endpoint;
    expect(makeS3Client().config.forcePathStyle).toBe(emulated);
    expect(makeSqsClient().config.useQueueUrlAsEndpoint).toBe(!emulated);
  });
});
