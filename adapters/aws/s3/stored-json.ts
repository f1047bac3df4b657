/** Objects that hold one JSON value in the format of its kind. */
import { InvalidInputError, UnreadableItemError } from '../../../core/shared/errors.ts';
import { readStored, type StoredFormat, schemaVersionOf } from '../../../core/shared/stored-format.ts';
import { type Bucket, getObject, putObject } from './bucket.ts';

export const putStored = <Content extends object>(
  bucket: Bucket,
  key: string,
  format: StoredFormat<Content>,
  content: Content,
): Promise<void> =>
  putObject(bucket, key, JSON.stringify({ ...schemaVersionOf(format), ...content }), 'application/json');

const parse = (bytes: Uint8Array, item: string): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new UnreadableItemError(item, 'it is not JSON', cause);
  }
};

/**
 * @throws InvalidInputError if no object has the key
 * @throws UnreadableItemError if the object is damaged, or if a newer release wrote it
 */
export const getStored = async <Content>(
  bucket: Bucket,
  key: string,
  format: StoredFormat<Content>,
): Promise<Content> => {
  const found = await getObject(bucket, key);
  if (found === undefined) throw new InvalidInputError(`object ${key} does not exist`);
  return readStored(format, parse(found.bytes, `${format.kind} ${key}`), key);
};
