import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import type { StateFiles } from '../../core/ports/state-storage.ts';
import { objectKeys } from '../../core/storage/keys.ts';
import { calling } from '../sdk-failure.ts';
import type { RunFilesOptions } from './run-files.ts';

/** What S3 answers where the condition of a write does not hold, or two such writes meet. */
const LOST = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/** What runs learned, one object for each batch in the forecast bucket: a put costs the same whatever its size. */
export const s3StateFiles = ({ client, bucketName }: RunFilesOptions): StateFiles => ({
  read: async (tenantId, index) => {
    const get = new GetObjectCommand({ Bucket: bucketName, Key: objectKeys.states(tenantId, index) });
    try {
      return await calling('reading states', async () => {
        const { Body, ETag } = await client.send(get);
        const bytes = await Body?.transformToByteArray();
        return bytes && ETag !== undefined ? { bytes, version: ETag } : undefined;
      });
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  },
  replace: async (tenantId, index, bytes, expected) => {
    const put = new PutObjectCommand({
      Bucket: bucketName,
      Key: objectKeys.states(tenantId, index),
      Body: bytes,
      ContentType: 'application/octet-stream',
      ...(expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected }),
    });
    try {
      await calling('keeping states', () => client.send(put));
      return true;
    } catch (error) {
      if (error instanceof Error && LOST.has(error.name)) return false;
      throw error;
    }
  },
});
