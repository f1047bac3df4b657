import type { Page, PageRequest } from '../../shared/page.ts';

/** Pages of the underlying list looked at for one filtered page, before it is returned short. */
const MAX_PAGES = 20;

/**
 * One page of the items that pass a filter, from a list that knows no filters. Each underlying page is asked to hold
 * no more than what is still missing, so that its cursor is also the filtered page's and no item is skipped or
 * repeated. A page of a rare kind may be short, even empty, and still have a cursor to continue.
 */
export const filteredPage = async <Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  passes: (item: Item) => boolean,
  { limit, cursor }: PageRequest,
): Promise<Page<Item>> => {
  const items: Item[] = [];
  let next = cursor;
  for (let pages = 0; pages < MAX_PAGES && items.length < limit; pages++) {
    const page = await list({ limit: limit - items.length, cursor: next });
    items.push(...page.items.filter(passes));
    next = page.nextCursor;
    if (next === undefined) break;
  }
  return { items, nextCursor: next };
};
