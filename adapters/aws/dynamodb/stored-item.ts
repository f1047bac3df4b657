/** Reading items in the format of their kind, named in errors by their key. */

import type * as z from 'zod';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { UnreadableItemError } from '../../../core/shared/errors.ts';
import {
  readListed,
  readStored,
  type SkipTelemetry,
  type StoredFormat,
} from '../../../core/shared/stored-format.ts';
import type { Item } from './table.ts';

const nameOf = (item: Item): string => `${String(item.pk)} ${String(item.sk)}`;

/** @throws UnreadableItemError if the item is damaged, or if a newer release wrote it */
export const readItem = <Content>(format: StoredFormat<Content>, item: Item): Content =>
  readStored(format, item, nameOf(item));

/** The readable items of a list; the others are logged and counted. */
export const readItems = <Content>(
  format: StoredFormat<Content>,
  items: readonly Item[],
  telemetry: SkipTelemetry,
): Content[] => readListed(items, (item) => readItem(format, item), telemetry);

/**
 * An item that holds bytes of a codec. It has no schema version: the codec finds the format within the bytes.
 * @throws UnreadableItemError if the item is damaged
 */
export const readBinaryItem = <Content>(kind: string, schema: z.ZodType<Content>, item: Item): Content => {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new UnreadableItemError(`${kind} ${nameOf(item)}`, describeIssues(parsed.error), parsed.error);
};
