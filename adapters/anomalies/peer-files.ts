import type { PeerStateFiles } from '../../core/anomalies/peers/ports.ts';
import { objectKeys } from '../../core/shared/keys.ts';
import { type BucketOptions, readKept, replaceKept } from '../aws/s3/kept-bytes.ts';

/** What is known of groups of peers, one object for each in the forecast bucket. */
export const s3PeerFiles = (options: BucketOptions): PeerStateFiles => ({
  read: (group) => readKept(options, objectKeys.peers(group)),
  replace: (group, bytes, expected) => replaceKept(options, objectKeys.peers(group), bytes, expected),
});
