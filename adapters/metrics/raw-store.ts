import type { RawStore } from '../../core/metrics/ingestion/ports.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { type Bucket, getObject, putObject } from '../aws/s3/bucket.ts';

/** Payloads and quarantined parts in the raw bucket. */
export const s3RawStore = (bucket: Bucket): RawStore => ({
  put: (key, body, contentType) => putObject(bucket, key, body, contentType),
  get: async (key) => {
    const found = await getObject(bucket, key);
    if (found === undefined) throw new InvalidInputError(`object ${key} does not exist`);
    return found.bytes;
  },
});
