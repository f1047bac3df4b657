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
 * The content of an object, or of one of its versions; undefined if none has the key.
 * @throws UnreadableItemError if the object is damaged, or if a newer release wrote it
 */
export const findStored = async <Content>(
  bucket: Bucket,
  key: string,
  format: StoredFormat<Content>,
  versionId?: string,
): Promise<Content | undefined> => {
  const found = await getObject(bucket, key, versionId);
  return found && parseStored(found.bytes, key, format);
};

/** The content of an object that was read. @throws UnreadableItemError as `findStored` */
export const parseStored = <Content>(
  bytes: Uint8Array,
  key: string,
  format: StoredFormat<Content>,
): Content => readStored(format, parse(bytes, `${format.kind} ${key}`), key);

/**
 * @throws InvalidInputError if no object has the key
 * @throws UnreadableItemError if the object is damaged, or if a newer release wrote it
 */
export const getStored = async <Content>(
  bucket: Bucket,
  key: string,
  format: StoredFormat<Content>,
): Promise<Content> => {
  const found = await findStored(bucket, key, format);
  if (found === undefined) throw new InvalidInputError(`object ${key} does not exist`);
  return found;
};
