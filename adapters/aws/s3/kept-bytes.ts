import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { VersionedBytes } from '../../../core/shared/versioned-bytes.ts';
import { withSdkErrors } from '../sdk-failure.ts';

export interface BucketOptions {
  readonly client: S3Client;
  readonly bucketName: string;
}

/** What S3 answers where the condition of a write does not hold, or two such writes meet. */
const LOST = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/** An object with the version to name when it is replaced; undefined where there is none. */
export const readKept = async (
  { client, bucketName }: BucketOptions,
  key: string,
): Promise<VersionedBytes | undefined> => {
  const get = new GetObjectCommand({ Bucket: bucketName, Key: key });
  try {
    return await withSdkErrors('reading states', async () => {
      const { Body, ETag } = await client.send(get);
      const bytes = await Body?.transformToByteArray();
      return bytes && ETag !== undefined ? { bytes, version: ETag } : undefined;
    });
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
};

/** Replaces an object if it is still `expected` (undefined: absent); false where somebody else was faster. */
export const replaceKept = async (
  { client, bucketName }: BucketOptions,
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
    await withSdkErrors('keeping states', () => client.send(put));
    return true;
  } catch (error) {
    if (error instanceof Error && LOST.has(error.name)) return false;
    throw error;
  }
};
