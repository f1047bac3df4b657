/**
 * Runs `work` over `items`, at most `limit` at a time, taking each item only when it can start. Results are in the order
 * of `items`. After the first error no further item starts; the error is thrown once the running ones have ended.
 */
export const inParallel = async <Item, Result>(
  limit: number,
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const running = new Set<Promise<unknown>>();
  const errors: unknown[] = [];
  let next = 0;
  for await (const item of items) {
    if (errors.length > 0) break;
    const index = next++;
    const task = work(item)
      .then((result) => {
        results[index] = result;
      })
      .catch((error: unknown) => errors.push(error))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
  if (errors.length > 0) throw errors[0];
  return results;
};

/** Splits `items` into chunks of at most `size`. */
export const chunksOf = <Item>(size: number, items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
