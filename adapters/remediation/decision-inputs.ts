import type { DecisionInputs } from '../../core/remediation/ports.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { findHashedJson, putHashedJson } from '../aws/s3/hashed-json.ts';

/** Recorded inputs, one object each, named by the hash of its content. */
export const s3DecisionInputs = (bucket: Bucket): DecisionInputs => ({
  put: (tenantId, inputs) => putHashedJson(bucket, tenantId, inputs),
  get: (tenantId, hash) => findHashedJson(bucket, tenantId, hash),
});
