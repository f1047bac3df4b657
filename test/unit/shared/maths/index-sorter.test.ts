import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexSorter } from '../../../../core/shared/maths/index-sorter.ts';

describe('sorting indices', () => {
  const ordered = (values: Float64Array, sorter = new IndexSorter()) => [
    ...sorter.sort(values, values.length).subarray(0, values.length),
  ];

  it.each([1, 256, 257, 8191, 8192, 9000])(
    'lists each of %i indices once, in the order of the values',
    (length) => {
      const values = Float64Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 100);
      const order = ordered(values);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      expect(order.map((i) => values[i]!)).toEqual([...values].sort((a, b) => a - b));
    },
  );

  it.each([100, 9000])('keeps the order of equal values that are not negative, among %i', (length) => {
    const order = ordered(Float64Array.from({ length }, (_, i) => i % 3));
    for (let at = 1; at < length; at++)
      if (order[at - 1]! % 3 === order[at]! % 3) expect(order[at]).toBeGreaterThan(order[at - 1]!);
  });

  it('is not disturbed by an earlier, longer call', () => {
    const sorter = new IndexSorter();
    ordered(
      Float64Array.from({ length: 1000 }, (_, i) => -i),
      sorter,
    );
    expect(ordered(Float64Array.of(3, 1, 2), sorter)).toEqual([1, 2, 0]);
  });

  it('uses only the first values', () => {
    expect([...new IndexSorter().sort(Float64Array.of(3, 1, -9), 2).subarray(0, 2)]).toEqual([1, 0]);
  });

  it('sorts numbers of any size and sign', () => {
    const normal = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Math.abs(value) < 1e-300 ? 0 : value));
    const numbers = fc.array(normal, { minLength: 33, maxLength: 200 });
    fc.assert(
      fc.property(numbers, (values) => {
        const order = ordered(Float64Array.from(values));
        const sorted = [...values].sort((a, b) => a - b);
        order.forEach((i, place) => {
          expect(Math.abs(values[i]! - sorted[place]!)).toBeLessThanOrEqual(
            Math.abs(sorted[place]!) * 2 ** -39,
          );
        });
      }),
    );
  });

  it('sorts values that differ only in their lower halves', () => {
    const values = Float64Array.from({ length: 3000 }, (_, i) => 1 + ((i * 1237) % 3000) * 2 ** -36);
    const order = ordered(values);
    expect(order.map((i) => values[i]!)).toEqual([...values].sort((a, b) => a - b));
  });

  it('gives the same order again as from the start', () => {
    const sorter = new IndexSorter();
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 40, maxLength: 90 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 9 }), (first, shift) => {
        const moved = Float64Array.from(first, (value, i) => value + (i % 5) * shift);
        sorter.sort(Float64Array.from(first), first.length);
        const again = [...sorter.sortAgain(moved, moved.length).subarray(0, moved.length)];
        expect(again).toEqual(ordered(moved));
      }),
    );
  });

  it('sorts again whatever was sorted before', () => {
    const sorter = new IndexSorter();
    const falling = Float64Array.from({ length: 500 }, (_, i) => -i);
    sorter.sort(falling.map(Math.abs), 500);
    expect([...sorter.sortAgain(falling, 500).subarray(0, 3)]).toEqual([499, 498, 497]);
    expect([...sorter.sortAgain(Float64Array.of(2, 1), 2).subarray(0, 2)]).toEqual([1, 0]);
    expect([...sorter.sortAgain(new Float64Array(9000), 9000).subarray(0, 2)]).toEqual([0, 1]);
  });
});
