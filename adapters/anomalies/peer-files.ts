import { peerGroupKey } from '../../core/anomalies/object-keys.ts';
import type { PeerStateFiles } from '../../core/anomalies/ports.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { readVersioned, replaceVersioned } from '../aws/s3/versioned-object.ts';

/** Stores the learned state of peer groups, one object per group. The first byte of an object is its format. */
export const s3PeerFiles = (bucket: Bucket): PeerStateFiles => ({
  read: (group) => readVersioned(bucket, peerGroupKey(group)),
  replace: (group, bytes, expected) => replaceVersioned(bucket, peerGroupKey(group), bytes, expected),
});
