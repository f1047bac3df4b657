/** One page of a list, the request for it, and the walk through all pages. */

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly nextCursor: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** All items of a list, read page by page as they are taken. */
export async function* allItems<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): AsyncGenerator<Item, void> {
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
