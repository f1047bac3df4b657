/** Objects with several writers, each of which replaces only the content that it read. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { VersionedBytes } from '../../../core/shared/versioned-bytes.ts';
import { withSdkErrors } from '../sdk-failure.ts';
import { type Bucket, getObject } from './bucket.ts';

/** S3 errors for a condition that is not met, an object that expired meanwhile, and two conditional writes at once. */
const LOST_RACE = new Set(['PreconditionFailed', 'NoSuchKey', 'ConditionalRequestConflict']);

/** An object with the version to pass when it is replaced; undefined if there is none. */
export const readVersioned = async (bucket: Bucket, key: string): Promise<VersionedBytes | undefined> => {
  const found = await getObject(bucket, key);
  return found?.etag === undefined ? undefined : { bytes: found.bytes, version: found.etag };
};

/** Replaces an object if it is still `expected` (undefined: absent); false if another writer was first. */
export const replaceVersioned = async (
  { client, bucketName }: Bucket,
  key: string,
  bytes: Uint8Array,
  expected: string | undefined,
): Promise<boolean> => {
  const put = new PutObjectCommand({
    Bucket: bucketName,
    Key: key,
    Body: bytes,
    ContentType: 'application/octet-stream',
    ...(expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected }),
  });
  try {
    await withSdkErrors(`writing ${key}`, () => client.send(put));
    return true;
  } catch (error) {
    if (error instanceof Error && LOST_RACE.has(error.name)) return false;
    throw error;
  }
};
