import type { ArtefactFiles } from '../../core/models/ports.ts';
import { type Bucket, getObject } from '../aws/s3/bucket.ts';

/** Files of models in S3, all of a tenant under a prefix of its own. */
export const s3ArtefactFiles = (bucket: Bucket): ArtefactFiles => ({
  read: async ({ tenantId, kind }, path) =>
    (await getObject(bucket, `models/${tenantId}/${kind}/${path}`))?.bytes,
});
