import type { ArtefactFiles, ModelScope } from '../../core/models/ports.ts';
import { type Bucket, getObject, putObject } from '../aws/s3/bucket.ts';

const keyOf = ({ tenantId, kind }: ModelScope, path: string): string => `models/${tenantId}/${kind}/${path}`;

/** Files of models in S3, all of a tenant under a prefix of its own. */
export const s3ArtefactFiles = (bucket: Bucket): ArtefactFiles => ({
  read: async (scope, path) => (await getObject(bucket, keyOf(scope, path)))?.bytes,
  write: (scope, path, bytes) => putObject(bucket, keyOf(scope, path), bytes, 'application/octet-stream'),
});
