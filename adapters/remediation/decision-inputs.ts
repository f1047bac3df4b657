import * as z from 'zod';
import type { DecisionInputs } from '../../core/remediation/ports.ts';
import { canonicalJson, Json, jsonHash } from '../../core/shared/canonical-json.ts';
import { UnreadableItemError } from '../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { findStored } from '../aws/s3/stored-json.ts';
import { replaceVersioned } from '../aws/s3/versioned-object.ts';

const InputsObject = z.object({ inputs: Json });
const FORMAT: StoredFormat<z.infer<typeof InputsObject>> = {
  kind: 'inputs of a decision',
  version: 1,
  schema: InputsObject,
};

const keyOf = (tenantId: string, hash: string): string => `inputs/${tenantId}/${hash}.json`;

const get = async (bucket: Bucket, tenantId: string, hash: string): Promise<Json | undefined> => {
  const key = keyOf(tenantId, hash);
  const found = await findStored(bucket, key, FORMAT);
  if (found === undefined) return undefined;
  if (jsonHash(found.inputs) === hash) return found.inputs;
  throw new UnreadableItemError(`${FORMAT.kind} ${key}`, 'its content does not have the hash in its name');
};

/** Recorded inputs, one object each, named by the hash of its content. */
export const s3DecisionInputs = (bucket: Bucket): DecisionInputs => ({
  put: async (tenantId, inputs) => {
    const hash = jsonHash(inputs);
    const text = canonicalJson({ ...schemaVersionOf(FORMAT), inputs });
    const isNew = await replaceVersioned(bucket, keyOf(tenantId, hash), Buffer.from(text), undefined);
    // Refuses to rely on an object of this name with other content.
    if (!isNew) await get(bucket, tenantId, hash);
    return hash;
  },
  get: (tenantId, hash) => get(bucket, tenantId, hash),
});
