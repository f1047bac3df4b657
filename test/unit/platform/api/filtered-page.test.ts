import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../../../../core/platform/api/answer-size.ts';
import { filteredPage } from '../../../../core/platform/api/filtered-page.ts';
import type { PageRequest } from '../../../../core/shared/page.ts';
import { itemsOf } from '../../../walk-pages.ts';

const listOf = (items: readonly number[]) => {
  const asked: number[] = [];
  const list = async ({ limit, cursor = '0' }: PageRequest) => {
    asked.push(limit);
    const end = Number(cursor) + limit;
    return {
      items: items.slice(Number(cursor), end),
      nextCursor: end < items.length ? String(end) : undefined,
    };
  };
  return { list, asked };
};

describe('filtered pages', () => {
  it('return every matching item once and in order, for any filter and page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 9 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 9 }),
        async (items, limit, threshold) => {
          const { list } = listOf(items);
          const passes = (item: number) => item >= threshold;
          const seen = await itemsOf((page) => filteredPage(list, passes, page), limit);
          expect(seen).toEqual(items.filter(passes));
        },
      ),
    );
  });

  it('come back short instead of reading a whole list for a rare kind', async () => {
    const { list, asked } = listOf(Array.from({ length: 10_000 }, () => 0));
    const page = await filteredPage(list, () => false, { limit: 10 });
    expect(page).toMatchObject({ items: [], nextCursor: expect.any(String) });
    expect(asked.length).toBeLessThanOrEqual(20);
  });

  it('read no further once they are full, or once the list ends', async () => {
    const full = listOf([1, 2, 3, 4]);
    expect(await filteredPage(full.list, () => true, { limit: 2 })).toEqual({
      items: [1, 2],
      nextCursor: '2',
    });
    expect(full.asked).toEqual([2]);
    const ended = listOf([1]);
    expect(await filteredPage(ended.list, () => true, { limit: 5 })).toEqual({
      items: [1],
      nextCursor: undefined,
    });
    expect(ended.asked).toEqual([5]);
  });

  it('request only the missing items each time', async () => {
    const { list, asked } = listOf([0, 9, 0, 9, 0, 9]);
    const page = await filteredPage(list, (item) => item === 9, { limit: 3 });
    expect(page.items).toEqual([9, 9, 9]);
    expect(asked).toEqual([3, 2, 1]);
  });

  it('end before their items exceed the size of an answer, and lose none of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 60 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        async (items, limit, maxBytes) => {
          const list = async ({ limit, cursor = '0' }: PageRequest) => {
            const end = Number(cursor) + limit;
            return {
              items: items.slice(Number(cursor), end),
              nextCursor: end < items.length ? String(end) : undefined,
            };
          };
          const passes = (item: string) => !item.startsWith('a');
          const seen = await itemsOf(async (page) => {
            const found = await filteredPage(list, passes, page, maxBytes);
            if (found.items.length > 1)
              expect(found.items.reduce((sum, item) => sum + jsonBytes(item), 0)).toBeLessThanOrEqual(
                maxBytes,
              );
            return found;
          }, limit);
          expect(seen).toEqual(items.filter(passes));
        },
      ),
    );
  });
});
