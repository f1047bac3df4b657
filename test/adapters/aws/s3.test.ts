import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { getObject, putObject } from '../../../adapters/aws/s3/bucket.ts';
import { listKeys } from '../../../adapters/aws/s3/list-keys.ts';
import { getStored, putStored } from '../../../adapters/aws/s3/stored-json.ts';
import { readVersioned, replaceVersioned } from '../../../adapters/aws/s3/versioned-object.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';

const s3 = mockClient(S3Client);
const bucket = { client: new S3Client({ region: 'us-east-1' }), bucketName: 'lake' };
const absent = () => new NoSuchKey({ $metadata: {}, message: 'no such key' });
const named = (name: string) => Object.assign(new Error('why'), { name });
const bytes = Uint8Array.of(1, 2, 3);
/** The part of a response that is read. */
const found = (content: Uint8Array, ETag?: string) => ({
  Body: { transformToByteArray: async () => content },
  ...(ETag === undefined ? {} : { ETag }),
});
const answerGet = (answer: object) => s3.on(GetObjectCommand).callsFake(() => answer);
const lastPut = () => s3.commandCalls(PutObjectCommand).at(-1)?.args[0].input;

beforeEach(() => {
  s3.reset();
});

describe('an object', () => {
  it('is written under its key with its type', async () => {
    s3.on(PutObjectCommand).resolves({});
    await putObject(bucket, 'raw/1', bytes, 'text/csv');
    expect(lastPut()).toEqual({ Bucket: 'lake', Key: 'raw/1', Body: bytes, ContentType: 'text/csv' });
  });

  it('has the tag that identifies its content', async () => {
    answerGet(found(bytes, '"t"'));
    expect(await getObject(bucket, 'raw/1')).toEqual({ bytes, etag: '"t"' });
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({ Bucket: 'lake', Key: 'raw/1' });
  });

  it('that does not exist is undefined, and only that', async () => {
    s3.on(GetObjectCommand).rejectsOnce(absent()).rejectsOnce(named('AccessDenied')).resolves({});
    expect(await getObject(bucket, 'raw/1')).toBeUndefined();
    await expect(getObject(bucket, 'raw/1')).rejects.toThrow('why');
    const bodiless = getObject(bucket, 'raw/1');
    await expect(bodiless).rejects.toThrow(DependencyUnavailableError);
    await expect(bodiless).rejects.toThrow('reading raw/1: no body');
  });

  it('is retriable if S3 is throttled or breaks off, naming the key', async () => {
    s3.on(PutObjectCommand).rejects(named('SlowDown'));
    await expect(putObject(bucket, 'raw/1', 'x', 'text/csv')).rejects.toThrow('writing raw/1: SlowDown: why');
    const broken = async () => {
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    };
    answerGet({ Body: { transformToByteArray: broken } });
    await expect(getObject(bucket, 'raw/1')).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('keys under a prefix', () => {
  it('come from every page', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{ Key: 'a/1' }, {}], NextContinuationToken: 't' })
      .resolvesOnce({ NextContinuationToken: 'u' })
      .resolves({ Contents: [{ Key: 'a/2' }] });
    expect(await listKeys(bucket, 'a/')).toEqual(['a/1', 'a/2']);
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input)).toEqual(
      [undefined, 't', 'u'].map((ContinuationToken) => ({ Bucket: 'lake', Prefix: 'a/', ContinuationToken })),
    );
  });

  it('are retriable if S3 is throttled', async () => {
    s3.on(ListObjectsV2Command).rejects(named('SlowDown'));
    await expect(listKeys(bucket, 'a/')).rejects.toThrow('listing a/: SlowDown: why');
  });
});

describe('an object that several writers replace', () => {
  const replace = (expected: string | undefined) => replaceVersioned(bucket, 'states/1', bytes, expected);

  it('is read with its version, if it has one', async () => {
    answerGet(found(bytes, '"t"'));
    expect(await readVersioned(bucket, 'states/1')).toEqual({ bytes, version: '"t"' });
    answerGet(found(bytes));
    expect(await readVersioned(bucket, 'states/1')).toBeUndefined();
    s3.on(GetObjectCommand).rejects(absent());
    expect(await readVersioned(bucket, 'states/1')).toBeUndefined();
  });

  it('is replaced only as it was read', async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await replace('"t"')).toBe(true);
    expect(lastPut()).toEqual({
      ...{ Bucket: 'lake', Key: 'states/1', Body: bytes, ContentType: 'application/octet-stream' },
      IfMatch: '"t"',
    });
    expect(await replace(undefined)).toBe(true);
    expect(lastPut()).toMatchObject({ IfNoneMatch: '*' });
    expect(lastPut()).not.toHaveProperty('IfMatch');
  });

  it.each([['PreconditionFailed'], ['NoSuchKey'], ['ConditionalRequestConflict']])(
    'is left to a faster writer: %s',
    async (name) => {
      s3.on(PutObjectCommand).rejects(named(name));
      expect(await replace('"t"')).toBe(false);
    },
  );

  it('is not given up for other errors', async () => {
    s3.on(PutObjectCommand).rejectsOnce(named('SlowDown')).rejects(named('AccessDenied'));
    await expect(replace('"t"')).rejects.toThrow('writing states/1: SlowDown: why');
    await expect(replace('"t"')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('an object of one JSON value', () => {
  const FORMAT = { kind: 'lamp', version: 2, schema: z.object({ watts: z.number() }) };
  const text = (value: string) => found(new TextEncoder().encode(value));

  it('is marked with the version of its format, and comes back without it', async () => {
    s3.on(PutObjectCommand).resolves({});
    await putStored(bucket, 'lamps/1', FORMAT, { watts: 5 });
    expect(lastPut()).toEqual({
      ...{ Bucket: 'lake', Key: 'lamps/1', ContentType: 'application/json' },
      Body: '{"schemaVersion":2,"watts":5}',
    });
    answerGet(text(String(lastPut()?.Body)));
    expect(await getStored(bucket, 'lamps/1', FORMAT)).toEqual({ watts: 5 });
  });

  it('must exist', async () => {
    s3.on(GetObjectCommand).rejects(absent());
    const reading = getStored(bucket, 'lamps/1', FORMAT);
    await expect(reading).rejects.toThrow(InvalidInputError);
    await expect(reading).rejects.toThrow('object lamps/1 does not exist');
  });

  it.each([
    ['{"schemaVersion":2', 'lamp lamps/1 cannot be read: it is not JSON'],
    ['{"schemaVersion":3,"watts":5}', 'lamp lamps/1 cannot be read: it has schema version 3'],
    ['{"schemaVersion":2,"watts":"5"}', 'watts'],
  ])('is rejected if it is %s', async (content, reason) => {
    answerGet(text(content));
    const reading = getStored(bucket, 'lamps/1', FORMAT);
    await expect(reading).rejects.toThrow(UnreadableItemError);
    await expect(reading).rejects.toThrow(reason);
  });
});
