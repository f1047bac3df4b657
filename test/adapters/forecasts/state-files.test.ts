import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3StateFiles } from '../../../adapters/forecasts/state-files.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const s3 = mockClient(S3Client);
const files = s3StateFiles({ client: new S3Client({ region: 'us-east-1' }), bucketName: 'forecasts' });
const Key = 'runs/tenant=acme/states/0007.bin';
const named = (name: string) => Object.assign(new Error('no'), { name });
const lastPut = () => s3.commandCalls(PutObjectCommand).at(-1)?.args[0].input;

beforeEach(() => {
  s3.reset();
  s3.on(PutObjectCommand).resolves({});
});

describe('stored states', () => {
  it('are returned with the version that replacing them requires', async () => {
    const Body = { transformToByteArray: async () => Uint8Array.of(1, 2) } as never;
    s3.on(GetObjectCommand, { Bucket: 'forecasts', Key }).resolves({ Body, ETag: '"abc"' });
    expect(await files.read('acme', 7)).toEqual({ bytes: Uint8Array.of(1, 2), version: '"abc"' });
  });

  it('are undefined before the first', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: 'no' }));
    expect(await files.read('acme', 7)).toBeUndefined();
  });

  it('are created only if they do not exist, and replaced only if unchanged since they were read', async () => {
    expect(await files.replace('acme', 7, Uint8Array.of(3), undefined)).toBe(true);
    expect(lastPut()).toMatchObject({ Bucket: 'forecasts', Key, IfNoneMatch: '*' });
    expect(await files.replace('acme', 7, Uint8Array.of(3), '"abc"')).toBe(true);
    expect(lastPut()).toMatchObject({ IfMatch: '"abc"' });
    expect(lastPut()).not.toHaveProperty('IfNoneMatch');
  });

  it.each(['PreconditionFailed', 'ConditionalRequestConflict'])('are left alone on %s', async (name) => {
    s3.on(PutObjectCommand).rejects(named(name));
    expect(await files.replace('acme', 7, Uint8Array.of(3), '"abc"')).toBe(false);
  });

  it('pass on other errors', async () => {
    s3.on(GetObjectCommand).rejects(named('SlowDown'));
    await expect(files.read('acme', 7)).rejects.toThrow(DependencyUnavailableError);
    s3.on(PutObjectCommand).rejects(named('AccessDenied'));
    await expect(files.replace('acme', 7, Uint8Array.of(3), undefined)).rejects.toThrow('no');
  });
});
