import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { putObject } from '../../../adapters/aws/s3/bucket.ts';
import { s3ArtefactFiles } from '../../../adapters/models/artefact-files.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { SCOPE } from '../../unit/models/samples.ts';

describe('files of models in S3', () => {
  it('are those of the tenant and the kind; a missing one is not an error', async () => {
    const client = new S3Client({ region: 'us-east-1' });
    memoryBucket(client);
    const bucket = { client, bucketName: 'models' };
    await putObject(bucket, 'models/acme/fleet-trees/r-1/trees.bin', 'trees', 'application/octet-stream');
    const files = s3ArtefactFiles(bucket);
    expect(Buffer.from((await files.read(SCOPE, 'r-1/trees.bin')) ?? []).toString()).toBe('trees');
    expect(await files.read({ ...SCOPE, tenantId: 'other' }, 'r-1/trees.bin')).toBeUndefined();
    expect(await files.read({ ...SCOPE, kind: 'network' }, 'r-1/trees.bin')).toBeUndefined();
    expect(await files.read(SCOPE, 'r-1/other.bin')).toBeUndefined();
  });
});
