import { detectorStateKey } from '../../core/anomalies/object-keys.ts';
import type { DetectorFiles } from '../../core/anomalies/ports.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { readVersioned, replaceVersioned } from '../aws/s3/versioned-object.ts';

/** Stores detector states, one object per target. The first byte of an object, once inflated, is its format. */
export const s3DetectorFiles = (bucket: Bucket): DetectorFiles => ({
  read: (target) => readVersioned(bucket, detectorStateKey(target)),
  replace: (target, bytes, expected) => replaceVersioned(bucket, detectorStateKey(target), bytes, expected),
});
