import type { Page, PageRequest } from '../../shared/page.ts';
import { jsonBytes, MAX_LIST_BYTES } from './answer-size.ts';

/** Pages of the underlying list looked at for one filtered page, before it is returned short. */
const MAX_PAGES = 20;

type List<Item> = (page: PageRequest) => Promise<Page<Item>>;

const bytesOf = (items: readonly unknown[]): number =>
  items.reduce<number>((sum, item) => sum + jsonBytes(item), 0);

/** A page of matching items within `maxBytes`, or of one item: asks for fewer until they fit, so that the cursor fits. */
const pageWithin = async <Item>(
  list: List<Item>,
  passes: (item: Item) => boolean,
  request: PageRequest,
  maxBytes: number,
): Promise<Page<Item> & { readonly bytes: number }> => {
  const { items, nextCursor } = await list(request);
  const passing = items.filter(passes);
  const bytes = bytesOf(passing);
  if (bytes <= maxBytes || request.limit === 1) return { items: passing, nextCursor, bytes };
  const limit = Math.max(1, Math.floor((Math.min(request.limit, items.length) * maxBytes) / bytes));
  return pageWithin(list, passes, { ...request, limit: Math.min(limit, request.limit - 1) }, maxBytes);
};

/**
 * One page of the items that pass a filter, from a list that knows no filters. Each underlying page is asked to hold
 * no more than what is still missing, so that its cursor is also the filtered page's and no item is skipped or
 * repeated. A page of a rare kind may be short, even empty, and still have a cursor to continue; so may one of items
 * that have `maxBytes` as JSON.
 */
export const filteredPage = async <Item>(
  list: List<Item>,
  passes: (item: Item) => boolean,
  { limit, cursor }: PageRequest,
  maxBytes = MAX_LIST_BYTES,
): Promise<Page<Item>> => {
  const items: Item[] = [];
  let [next, room] = [cursor, maxBytes];
  for (let pages = 0; pages < MAX_PAGES && items.length < limit; pages++) {
    const request = { limit: limit - items.length, cursor: next };
    const page = await pageWithin(list, passes, request, room);
    // One item alone may be larger than the rest of this page: it starts the next one.
    if (page.bytes > room && items.length > 0) break;
    items.push(...page.items);
    next = page.nextCursor;
    room -= page.bytes;
    if (next === undefined || room <= 0) break;
  }
  return { items, nextCursor: next };
};
