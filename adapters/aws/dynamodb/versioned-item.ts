/** Items with a revision, which a write increments. */
import * as z from 'zod';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../../core/shared/stored-format.ts';
import type { Versioned } from '../../../core/shared/versioned.ts';
import { deflated, deflateJson } from '../json-attributes.ts';
import type { ItemKey } from './item-key.ts';
import { readItem } from './stored-item.ts';
import type { Item } from './table.ts';

interface Stored<Content> {
  readonly v: number;
  readonly data: Content;
}

/** The format of a kind of item, and the schema of what such an item holds. */
export interface VersionedFormat<Content> extends StoredFormat<Stored<Content>> {
  readonly content: z.ZodType<Content>;
}

/** The attributes of a versioned item. */
export const versioned = <Content>(content: z.ZodType<Content>) => ({
  content,
  schema: z.object({ v: z.number().int().positive(), data: deflated(content) }),
});

/**
 * The content as it will be read back.
 * @throws InvalidInputError if it could not be
 */
export const packed = <Content>(kind: string, schema: z.ZodType<Content>, content: Content): Uint8Array => {
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(content)));
  if (parsed.success) return deflateJson(parsed.data);
  const message = `a ${kind} cannot be stored: ${describeIssues(parsed.error)}`;
  throw new InvalidInputError(message, { cause: parsed.error });
};

/** The item of the next revision. @throws InvalidInputError if it could not be read back */
export const nextItem = <Content>(
  format: VersionedFormat<Content>,
  key: ItemKey,
  { item, revision }: Versioned<Content>,
): Item => ({
  ...key,
  ...schemaVersionOf(format),
  v: revision + 1,
  data: packed(format.kind, format.content, item),
});

/** @throws UnreadableItemError */
export const readVersioned = <Content>(format: VersionedFormat<Content>, item: Item): Versioned<Content> => {
  const { v, data } = readItem(format, item);
  return { item: data, revision: v };
};
