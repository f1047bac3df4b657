import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, EMPTY_BLOCK } from '../../../../core/metrics/blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import { historyOf } from '../../../../core/metrics/blocks/block-history.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { pointsOf } from '../../../fixtures/ingestion/blocks.ts';

const RECEIVED = 1_795_000_000_123;

const anyValue = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: -40_000, max: 40_000 }),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anyPoints = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3599 }), anyValue, fc.integer({ min: 0, max: 2 ** 42 })), {
    selector: ([offset]) => offset,
    minLength: 1,
    maxLength: 60,
  })
  .map((points) => points.sort((a, b) => a[0] - b[0]))
  .map((points) =>
    pointsOf(
      points.map(([offset]) => offset),
      points.map(([, value]) => value + 0),
      points.map(([, , receipt]) => receipt),
    ),
  );
const metricName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((name) => name.isWellFormed());
const anyBlock: fc.Arbitrary<Block> = fc
  .uniqueArray(fc.tuple(metricName, anyPoints), { selector: ([name]) => name, maxLength: 6 })
  .map((entries) => new Map(entries));

const steady = (metrics: number, value: (index: number) => number): Block => {
  const offsets = Array.from({ length: 60 }, (_, minute) => minute * 60);
  const receipts = offsets.map((offset) => RECEIVED + offset * 1000);
  return new Map(
    Array.from({ length: metrics }, (_, metric) => [
      `metric-${metric}`,
      pointsOf(
        offsets,
        offsets.map((_, index) => value(index + metric)),
        receipts,
      ),
    ]),
  );
};

describe('block codec', () => {
  it('decodes every block it encoded', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(decodeBlock(encodeBlock(block))).toEqual(block);
      }),
    );
  });

  it('writes equal blocks as equal bytes, for any order of added metrics', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(encodeBlock(new Map([...block].reverse()))).toEqual(encodeBlock(block));
      }),
    );
  });

  it('keeps metric names with a special meaning in objects', () => {
    const points = pointsOf([0], [1], [RECEIVED]);
    const block: Block = new Map(['__proto__', 'constructor', 'größe{a="ß"}'].map((name) => [name, points]));
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
  });

  it('encodes an empty block', () => {
    expect(decodeBlock(encodeBlock(EMPTY_BLOCK)).size).toBe(0);
  });

  it('takes one byte for whole percentages, four for single-precision numbers, eight only if necessary', () => {
    const bytes = (value: (index: number) => number) => encodeBlock(steady(1, value)).length;
    const whole = bytes((index) => index);
    expect(bytes((index) => index - 9) - whole).toBe(60);
    expect(bytes((index) => index + 100_000) - whole).toBe(60 * 3);
    expect(bytes((index) => index / 8) - whole).toBe(60 * 3);
    expect(bytes((index) => index / 10) - whole).toBe(60 * 7);
  });

  it('stores instants once if metrics share them', () => {
    const one = encodeBlock(steady(1, (index) => index)).length;
    const two = encodeBlock(steady(2, (index) => index)).length;
    expect(two - one).toBe('metric-1'.length + 1 + 1 + 60);
  });

  it('distinguishes more than 256 receipts', () => {
    const offsets = Array.from({ length: 300 }, (_, index) => index);
    const block: Block = new Map([
      [
        'm',
        pointsOf(
          offsets,
          offsets,
          offsets.map((offset) => RECEIVED + offset),
        ),
      ],
    ]);
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
  });

  // One receipt at 0 (two if a place matters), then one series `m`.
  it.each([
    ['an hour of more than 3600 seconds', [1, 1, 0, 1, 1, 109, 0, 0x91, 0x1c], '3601 points'],
    ['a receipt beyond its table', [1, 2, 0, 1, 1, 1, 109, 0, 1, 0, 0, 5], 'refers to a receipt'],
    ['a value encoding it does not know', [1, 1, 0, 1, 1, 109, 7], 'unknown value encoding'],
    ['offsets shared with no series', [1, 1, 0, 1, 1, 109, 8], 'refers to a previous one'],
    ['an overlong number', [1, ...new Array(9).fill(255)], 'overlong number'],
  ])('rejects %s', (_, bytes, message) => {
    expect(() => decodeBlock(Uint8Array.from(bytes))).toThrow(message);
    expect(() => decodeBlock(Uint8Array.from(bytes))).toThrow(InvalidInputError);
  });

  it('rejects an unknown version, truncated bytes, trailing bytes and noise with one named error', () => {
    const good = encodeBlock(steady(2, (index) => index / 10));
    expect(() => decodeBlock(Uint8Array.from([9]))).toThrow('unknown block version 9');
    expect(() => decodeBlock(Uint8Array.from([...good, 0]))).toThrow('trailing bytes');
    for (let length = 0; length < good.length; length++)
      expect(() => decodeBlock(good.subarray(0, length))).toThrow(InvalidInputError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          decodeBlock(Uint8Array.from([1, ...noise]));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });
});

describe('historyOf', () => {
  const stored = (hour: number, block: Block | undefined) => ({
    key: { tenantId: 'acme', targetId: 'web-1', hour },
    bytes: block === undefined ? undefined : encodeBlock(block),
    version: 1,
  });
  const blocks = [
    stored(10, new Map([['cpu', pointsOf([0, 60], [1, 2], [RECEIVED, RECEIVED])]])),
    stored(11, undefined),
    stored(
      12,
      new Map([
        ['cpu', pointsOf([5], [3], [RECEIVED])],
        ['mem', pointsOf([5], [9], [RECEIVED])],
      ]),
    ),
  ];

  it('joins the hours of each metric in order of time', () => {
    expect(historyOf(blocks)).toEqual(
      new Map([
        ['cpu', { timestamps: [36_000, 36_060, 43_205], values: [1, 2, 3] }],
        ['mem', { timestamps: [43_205], values: [9] }],
      ]),
    );
  });

  it('selects one metric', () => {
    expect([...historyOf(blocks, 'mem').keys()]).toEqual(['mem']);
  });
});
