import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { RawStore } from '../../core/metrics/ingestion/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Payloads and quarantined parts in the raw bucket. */
export const s3RawStore = (client: S3Client, bucket: string): RawStore => ({
  put: async (key, body, contentType) => {
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType });
    await withSdkErrors('S3 PutObject', () => client.send(put));
  },
  get: async (key) => {
    try {
      const get = new GetObjectCommand({ Bucket: bucket, Key: key });
      return await withSdkErrors('S3 GetObject', async () => {
        const { Body } = await client.send(get);
        if (Body === undefined) throw new DependencyUnavailableError('S3 GetObject: no body');
        return await Body.transformToByteArray();
      });
    } catch (cause) {
      if (cause instanceof NoSuchKey) throw new InvalidInputError(`no object ${key}`, { cause });
      throw cause;
    }
  },
});
