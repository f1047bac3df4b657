/** Objects of one bucket. */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { withSdkErrors } from '../sdk-failure.ts';

export interface Bucket {
  readonly client: S3Client;
  readonly bucketName: string;
}

export const putObject = async (
  { client, bucketName }: Bucket,
  key: string,
  body: string | Uint8Array,
  contentType: string,
): Promise<void> => {
  const put = new PutObjectCommand({ Bucket: bucketName, Key: key, Body: body, ContentType: contentType });
  await withSdkErrors(`writing ${key}`, () => client.send(put));
};

export interface FoundObject {
  readonly bytes: Uint8Array;
  /** Identifies this content of the object in a conditional write. */
  readonly etag: string | undefined;
}

/** An object, or one of its versions; undefined if there is none under the key. */
export const getObject = async (
  { client, bucketName }: Bucket,
  key: string,
  versionId?: string,
): Promise<FoundObject | undefined> => {
  const get = new GetObjectCommand({
    ...{ Bucket: bucketName, Key: key },
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  });
  const doing = `reading ${key}`;
  try {
    return await withSdkErrors(doing, async () => {
      const { Body, ETag } = await client.send(get);
      if (Body === undefined) throw new DependencyUnavailableError(`${doing}: no body`);
      return { bytes: await Body.transformToByteArray(), etag: ETag };
    });
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
};
