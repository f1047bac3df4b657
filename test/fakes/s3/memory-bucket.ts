/** Executes commands of the S3 client on buckets in memory, with S3's conditional writes. */
import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

const refusal = (name: string): S3ServiceException =>
  new S3ServiceException({ $metadata: {}, $fault: 'client', name, message: name });

const bytesOf = (body: PutObjectCommandInput['Body']): Uint8Array => {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  throw new TypeError('the body is neither text nor bytes');
};

export const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** Replaces a client, or every client of the class: commands act on `objects` (key -> bytes) from now on. */
export const memoryBucket = (client: S3Client | typeof S3Client) => {
  const objects = new Map<string, Uint8Array>();
  const mock = client === S3Client ? mockClient(S3Client) : mockClient(client);
  mock.on(PutObjectCommand).callsFake(async ({ Key = '', Body, IfMatch, IfNoneMatch }) => {
    const before = objects.get(Key);
    if (IfNoneMatch === '*' && before !== undefined) throw refusal('PreconditionFailed');
    if (IfMatch !== undefined && before === undefined) throw refusal('NoSuchKey');
    if (IfMatch !== undefined && etagOf(before!) !== IfMatch) throw refusal('PreconditionFailed');
    const bytes = bytesOf(Body);
    objects.set(Key, bytes);
    return { ETag: etagOf(bytes) };
  });
  mock.on(GetObjectCommand).callsFake(async ({ Key = '' }) => {
    const bytes = objects.get(Key);
    if (bytes === undefined) throw new NoSuchKey({ $metadata: {}, message: Key });
    return { Body: { transformToByteArray: async () => bytes }, ETag: etagOf(bytes) };
  });
  mock.on(ListObjectsV2Command).callsFake(async ({ Prefix = '' }) => ({
    Contents: [...objects.keys()]
      .filter((key) => key.startsWith(Prefix))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((Key) => ({ Key, LastModified: new Date(0) })),
  }));
  // Each object as its only version.
  mock.on(ListObjectVersionsCommand).callsFake(async ({ Prefix }) => ({
    Versions: [...objects.keys()]
      .filter((key) => key.startsWith(Prefix))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((Key) => ({ Key, VersionId: 'null', LastModified: new Date(0) })),
  }));
  return { objects, mock };
};
