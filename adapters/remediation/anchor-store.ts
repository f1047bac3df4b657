import type { AnchorStore } from '../../core/remediation/ports.ts';
import { schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { listKeys } from '../aws/s3/list-keys.ts';
import { getStored } from '../aws/s3/stored-json.ts';
import { replaceVersioned } from '../aws/s3/versioned-object.ts';
import { ANCHOR, anchorKey, anchorsOf } from './anchor-object.ts';

/** Writes anchors into a bucket with Object Lock, and finds the latest. */
export const s3AnchorStore = (bucket: Bucket): AnchorStore => ({
  put: async (tenantId, anchor) => {
    const text = JSON.stringify({ ...schemaVersionOf(ANCHOR), ...anchor });
    await replaceVersioned(bucket, anchorKey(tenantId, anchor), Buffer.from(text), undefined);
  },
  latest: async (tenantId) => {
    const last = (await listKeys(bucket, anchorsOf(tenantId))).at(-1);
    return last === undefined ? undefined : getStored(bucket, last, ANCHOR);
  },
});
