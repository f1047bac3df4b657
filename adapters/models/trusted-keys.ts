import * as z from 'zod';
import type { TrustedKeys } from '../../core/models/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { listKeys } from '../aws/s3/list-keys.ts';
import { findStored } from '../aws/s3/stored-json.ts';
import { replaceVersioned } from '../aws/s3/versioned-object.ts';

const prefixOf = (tenantId: string): string => `keys/${tenantId}/`;
const READS_AT_ONCE = 10;

const TrustedKeyObject = z.object({
  keyId: z.string().min(1).max(200),
  publicKey: z.string().regex(/^[\w-]{43}$/),
});
const FORMAT: StoredFormat<z.infer<typeof TrustedKeyObject>> = {
  kind: 'public key of models',
  version: 1,
  schema: TrustedKeyObject,
};

/**
 * Public keys of a tenant, one object for each version of the secret that signed: it is kept when the secret
 * rotates, so that a model is verified for as long as it exists. Deleting an object withdraws the trust. An object is never
 * replaced.
 */
export const s3TrustedKeys = (bucket: Bucket): TrustedKeys => ({
  add: async (tenantId, key) => {
    const text = JSON.stringify({ ...schemaVersionOf(FORMAT), ...key });
    await replaceVersioned(bucket, `${prefixOf(tenantId)}${key.keyId}.json`, Buffer.from(text), undefined);
  },
  all: async (tenantId) => {
    const names = await listKeys(bucket, prefixOf(tenantId));
    const found = await inParallel(READS_AT_ONCE, names, (name) => findStored(bucket, name, FORMAT));
    return found.filter((key) => key !== undefined);
  },
});
