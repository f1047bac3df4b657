/** JSON that is recorded for ever under the hash of its content. */
import * as z from 'zod';
import { canonicalJson, Json, jsonHash } from '../../../core/shared/canonical-json.ts';
import { UnreadableItemError } from '../../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../../core/shared/stored-format.ts';
import type { Bucket } from './bucket.ts';
import { findStored } from './stored-json.ts';
import { replaceVersioned } from './versioned-object.ts';

const InputsObject = z.object({ inputs: Json });
const FORMAT: StoredFormat<z.infer<typeof InputsObject>> = {
  kind: 'inputs of a decision',
  version: 1,
  schema: InputsObject,
};

const keyOf = (tenantId: string, hash: string): string => `inputs/${tenantId}/${hash}.json`;

export const findHashedJson = async (
  bucket: Bucket,
  tenantId: string,
  hash: string,
): Promise<Json | undefined> => {
  const key = keyOf(tenantId, hash);
  const found = await findStored(bucket, key, FORMAT);
  if (found === undefined) return undefined;
  if (jsonHash(found.inputs) === hash) return found.inputs;
  throw new UnreadableItemError(`${FORMAT.kind} ${key}`, 'its content does not have the hash in its name');
};

/** Returns the hash. */
export const putHashedJson = async (bucket: Bucket, tenantId: string, inputs: Json): Promise<string> => {
  const hash = jsonHash(inputs);
  const text = canonicalJson({ ...schemaVersionOf(FORMAT), inputs });
  const isNew = await replaceVersioned(bucket, keyOf(tenantId, hash), Buffer.from(text), undefined);
  // Refuses to rely on an object of this name with other content.
  if (!isNew) await findHashedJson(bucket, tenantId, hash);
  return hash;
};
