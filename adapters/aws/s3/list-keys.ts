import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { withSdkErrors } from '../sdk-failure.ts';
import type { Bucket } from './bucket.ts';

/** All keys under a prefix, in their order. */
export const listKeys = async ({ client, bucketName }: Bucket, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const list = new ListObjectsV2Command({ Bucket: bucketName, Prefix: prefix, ContinuationToken: token });
    const page = await withSdkErrors(`listing ${prefix}`, () => client.send(list));
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
};
