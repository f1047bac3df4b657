import { statesFileKey } from '../../core/forecasts/object-keys.ts';
import type { StateFiles } from '../../core/forecasts/ports.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { readVersioned, replaceVersioned } from '../aws/s3/versioned-object.ts';

/** State that runs learned, one object per batch, because S3 charges per PUT request, regardless of size. */
export const s3StateFiles = (bucket: Bucket): StateFiles => ({
  read: (tenantId, index) => readVersioned(bucket, statesFileKey(tenantId, index)),
  replace: (tenantId, index, bytes, expected) =>
    replaceVersioned(bucket, statesFileKey(tenantId, index), bytes, expected),
});
