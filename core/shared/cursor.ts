/**
 * Position at which a list continues. A cursor contains only sort positions, never a tenant: the next query is always built
 * from the caller's own tenant. The checksum covers the list and tenant it was made for, so that a cursor changed in
 * transit or used elsewhere is refused rather than silently skipping items.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InvalidInputError } from './errors.ts';
import { PlainLine } from './text.ts';

const checksum = (scope: string, position: readonly unknown[]): string =>
  createHash('sha256')
    .update(`${scope}\n${JSON.stringify(position)}`)
    .digest('base64url')
    .slice(0, 12);

const refuse = (cause?: unknown): never => {
  throw new InvalidInputError('cursor is not one this list has given out', { field: 'cursor', cause });
};

const parseBytes = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Opaque base64url text for a position within the list named by `scope` (list and tenant). */
export const encodeCursor = (scope: string, position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([checksum(scope, position), ...position])).toString('base64url');

/**
 * The position a cursor of the same `scope` holds, in the shape of `schema`.
 * @throws InvalidInputError with field `cursor` when it was altered, cut short or made for another list or tenant
 */
export const decodeCursor = <Schema extends z.ZodType>(
  scope: string,
  cursor: string,
  schema: Schema,
): z.infer<Schema> => {
  const parsed = z.tuple([z.string()], z.union([PlainLine, z.number()])).safeParse(parseBytes(cursor));
  if (!parsed.success) return refuse(parsed.error);
  const [, ...position] = parsed.data;
  // Compared as text: base64 and JSON both leave room for several spellings of the same position.
  if (encodeCursor(scope, position) !== cursor) return refuse();
  const result = schema.safeParse(position);
  return result.success ? result.data : refuse(result.error);
};
