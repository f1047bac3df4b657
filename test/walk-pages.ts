import { expect } from 'vitest';
import type { Page, PageRequest } from '../core/shared/page.ts';

/** All pages of a list, by following its cursors. Fails if a page holds more than `limit` items. */
export const pagesOf = async <Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): Promise<readonly (readonly Item[])[]> => {
  const pages: (readonly Item[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
};

/** All items of a list, in the order of its pages. */
export const itemsOf = async <Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): Promise<readonly Item[]> => (await pagesOf(list, limit)).flat();
