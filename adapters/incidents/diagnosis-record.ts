import type { DiagnosisRecord } from '../../core/incidents/ports.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { putHashedJson } from '../aws/s3/hashed-json.ts';

/** Inputs of diagnoses, recorded among those of decisions, which name them. */
export const s3DiagnosisRecord = (bucket: Bucket): DiagnosisRecord => ({
  put: (tenantId, inputs) => putHashedJson(bucket, tenantId, inputs),
});
