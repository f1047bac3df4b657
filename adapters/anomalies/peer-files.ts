import { peerGroupKey } from '../../core/anomalies/object-keys.ts';
import type { PeerStateFiles } from '../../core/anomalies/peers/ports.ts';
import { type BucketOptions, readKept, replaceKept } from '../aws/s3/kept-bytes.ts';

/** What is known of groups of peers, one object for each in the forecast bucket. */
export const s3PeerFiles = (options: BucketOptions): PeerStateFiles => ({
  read: (group) => readKept(options, peerGroupKey(group)),
  replace: (group, bytes, expected) => replaceKept(options, peerGroupKey(group), bytes, expected),
});
