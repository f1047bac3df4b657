/** Lists are returned in pages. */
import * as z from 'zod';
import type { Page } from '../../shared/page.ts';
import { named } from './components.ts';

/** Query parameters of every list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Maximum number of items on a page'),
  cursor: z.string().max(1024).optional().describe('`nextCursor` of the previous page'),
};

/** Schema of one page. A page may hold fewer items than requested, even none, and still have a next page. */
export const pageOf = <Item extends z.ZodType>(id: string, item: Item) =>
  named(
    id,
    z.object({
      items: z.array(item),
      nextCursor: z.string().optional().describe('Pass as `cursor` to get the next page; absent on the last'),
    }),
  );

/** One page in the shape of its schema. */
export const presentPage = <Item, Shown>(
  { items, nextCursor }: Page<Item>,
  present: (item: Item) => Shown,
) => ({
  items: items.map(present),
  ...(nextCursor === undefined ? {} : { nextCursor }),
});
