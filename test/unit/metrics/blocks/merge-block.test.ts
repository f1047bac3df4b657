import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Block,
  type BlockPart,
  EMPTY_BLOCK,
  MAX_BLOCK_POINTS,
  pointsIn,
} from '../../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import { mergeBlock } from '../../../../core/metrics/blocks/merge-block.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { partOf, pointsOf } from '../../../fixtures/ingestion/blocks.ts';

const mergeAll = (parts: readonly BlockPart[]): Block =>
  parts.reduce<Block>((block, part) => mergeBlock(block, part).block, EMPTY_BLOCK);

/** Few instants, values and receipts, so that parts often collide, even in the same millisecond. */
const anyPart: fc.Arbitrary<BlockPart> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.dictionary(
      fc.constantFrom('cpu', 'mem', 'disk'),
      fc
        .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom(-1, -0, 0, 0.1, 2, 300)), {
          selector: ([offset]) => offset,
          maxLength: 6,
        })
        .map((points) => points.sort((a, b) => a[0] - b[0])),
    ),
  )
  .map(([receivedAt, series]) => partOf(receivedAt, series));

/** Splits each part into single points. */
const shatter = (parts: readonly BlockPart[]): BlockPart[] =>
  parts.flatMap((part) =>
    part.series.flatMap(({ metric, offsets, values }) =>
      [...offsets].map((offset, index) => partOf(part.receivedAt, { [metric]: [[offset, values[index]!]] })),
    ),
  );

describe('mergeBlock', () => {
  it('gives the same bytes for any order, repetition and split of the parts', () => {
    const shuffledWithRepeats = fc.array(anyPart, { minLength: 1, maxLength: 6 }).chain((parts) =>
      fc.tuple(
        fc.constant(parts),
        fc
          .shuffledSubarray([...parts, ...parts], { minLength: 0 })
          .map((some) => [...some, ...shatter(parts)]),
      ),
    );
    fc.assert(
      fc.property(shuffledWithRepeats, ([parts, redelivered]) => {
        expect(encodeBlock(mergeAll(redelivered))).toEqual(encodeBlock(mergeAll(parts)));
      }),
      { numRuns: 500 },
    );
  });

  it('reports no change if a part is merged again', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 5 }), fc.nat(4), (parts, pick) => {
        const again = parts[pick % parts.length]!;
        expect(mergeBlock(mergeAll(parts), again)).toMatchObject({ changed: false, newMetric: false });
      }),
    );
  });

  it('keeps the value that was received later, in either order of merging', () => {
    const early = partOf(1, { cpu: [[5, 90]] });
    const late = partOf(2, { cpu: [[5, 10]] });
    const expected = new Map([['cpu', pointsOf([5], [10], [2])]]);
    expect(mergeAll([early, late])).toEqual(expected);
    expect(mergeAll([late, early])).toEqual(expected);
  });

  it('keeps the larger of two values received in the same millisecond', () => {
    expect(mergeAll([partOf(1, { cpu: [[5, 90]] }), partOf(1, { cpu: [[5, 10]] })])).toEqual(
      new Map([['cpu', pointsOf([5], [90], [1])]]),
    );
  });

  it('inserts late points between stored ones', () => {
    const block = mergeAll([
      partOf(1, {
        cpu: [
          [0, 1],
          [120, 3],
        ],
      }),
      partOf(2, {
        cpu: [
          [60, 2],
          [180, 4],
        ],
      }),
    ]);
    expect(block.get('cpu')).toEqual(pointsOf([0, 60, 120, 180], [1, 2, 3, 4], [1, 2, 1, 2]));
  });

  it('distinguishes a new metric from new points of a known one', () => {
    const block = mergeAll([partOf(1, { cpu: [[0, 1]] })]);
    expect(mergeBlock(block, partOf(2, { cpu: [[1, 1]] }))).toMatchObject({
      changed: true,
      newMetric: false,
    });
    expect(mergeBlock(block, partOf(2, { mem: [[1, 1]] }))).toMatchObject({ changed: true, newMetric: true });
  });

  const full = partOf(
    1,
    Object.fromEntries(
      Array.from({ length: 10 }, (_, metric) => [
        `m${metric}`,
        Array.from({ length: MAX_BLOCK_POINTS / 10 }, (_, second) => [second, metric + second / 7] as const),
      ]),
    ),
  );

  it('rejects points beyond the limit of a block, but accepts replacements', () => {
    const block = mergeAll([full]);
    expect(pointsIn(block)).toBe(MAX_BLOCK_POINTS);
    expect(() => mergeBlock(block, partOf(2, { extra: [[0, 1]] }))).toThrow(InvalidInputError);
    expect(mergeBlock(block, partOf(2, { m0: [[0, 5]] })).block.get('m0')?.values[0]).toBe(5);
  });

  it('keeps the largest block it accepts within a DynamoDB item', () => {
    const eachPointItsReceipt = shatter([full]).map((part, index) => ({
      ...part,
      receivedAt: 1e12 + index * 1e7,
    }));
    const series = Array.from({ length: 10 }, (_, metric) => {
      const own = eachPointItsReceipt.filter(({ series: [first] }) => first?.metric === `m${metric}`);
      return [
        `m${metric}`,
        pointsOf(
          own.map((part) => part.series[0]!.offsets[0]!),
          own.map((part) => part.series[0]!.values[0]!),
          own.map((part) => part.receivedAt),
        ),
      ] as const;
    });
    const { block } = mergeBlock(new Map(series), partOf(2e12, { m0: [[0, 5]] }));
    expect(encodeBlock(block).length).toBeLessThan(400_000);
  });

  it('rejects long metric names that would exceed the size of an item', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => [
      `${index}`.padEnd(256, 'x'),
      [[0, 1]] as const,
    ]);
    expect(() => mergeBlock(EMPTY_BLOCK, partOf(1, Object.fromEntries(names)))).toThrow(/2000 metrics/);
  });
});
