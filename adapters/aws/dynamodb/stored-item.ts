/** Reading items in the format of their kind, named in errors by their key. */
import {
  readListed,
  readStored,
  type SkipTelemetry,
  type StoredFormat,
} from '../../../core/shared/stored-format.ts';
import type { Item } from './table.ts';

/** @throws UnreadableItemError if the item is damaged, or if a newer release wrote it */
export const readItem = <Content>(format: StoredFormat<Content>, item: Item): Content =>
  readStored(format, item, `${String(item.pk)} ${String(item.sk)}`);

/** The readable items of a list; the others are logged and counted. */
export const readItems = <Content>(
  format: StoredFormat<Content>,
  items: readonly Item[],
  telemetry: SkipTelemetry,
): Content[] => readListed(items, (item) => readItem(format, item), telemetry);
