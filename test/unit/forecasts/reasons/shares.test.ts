import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapleyValues, wholePercentages } from '../../../../core/forecasts/reasons/shares.ts';

const game = fc.integer({ min: 0, max: 4 }).chain((players) =>
  fc.tuple(
    fc.constant(players),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 2 ** players,
      maxLength: 2 ** players,
    }),
  ),
);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** By definition: the mean of what a player adds, over all orders. */
const byOrders = (values: readonly number[], players: number): number[] => {
  const orders = (rest: readonly number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((first) =>
          orders(rest.filter((each) => each !== first)).map((order) => [first, ...order]),
        );
  const all = orders(Array.from({ length: players }, (_, i) => i));
  const added = Array.from({ length: players }, () => 0);
  for (const order of all) {
    let set = 0;
    for (const player of order) {
      added[player]! += (values[set | (1 << player)]! - values[set]!) / all.length;
      set |= 1 << player;
    }
  }
  return added;
};

describe('Shapley values', () => {
  it('are what each adds on average over all orders', () => {
    fc.assert(
      fc.property(game, ([players, values]) => {
        const found = shapleyValues(values, players);
        const expected = byOrders(values, players);
        expect(found).toHaveLength(players);
        for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 10);
        expect(total(found)).toBeCloseTo(values.at(-1)! - values[0]!, 10);
      }),
    );
  });

  it('are equal for players that do the same, and nothing for one that does nothing', () => {
    // Either of the first two is enough, the third adds nothing.
    const values = Array.from({ length: 8 }, (_, set) => ((set & 3) === 0 ? 0 : 0.9));
    expect(shapleyValues(values, 3).map((value) => Number(value.toFixed(12)))).toEqual([0.45, 0.45, 0]);
  });
});

describe('whole percentages', () => {
  it('sum to 100, and differ from the exact ones by less than one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 6 }), (amounts) => {
        const shares = wholePercentages(amounts);
        const positive = amounts.map((amount) => Math.max(0, amount));
        const all = total(positive);
        if (all === 0) expect(shares).toEqual(amounts.map(() => 0));
        else {
          expect(total(shares)).toBe(100);
          for (const [i, share] of shares.entries()) {
            expect(Number.isInteger(share)).toBe(true);
            expect(Math.abs(share - (100 * positive[i]!) / all)).toBeLessThan(1);
          }
        }
      }),
    );
  });

  it('give the missing ones to the largest remainders, the first of equal ones first', () => {
    expect(wholePercentages([1, 1, 1])).toEqual([34, 33, 33]);
    expect(wholePercentages([0.666, 0.334, -2])).toEqual([67, 33, 0]);
  });
});
