import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectStep } from '../../../../core/metrics/series/detect-step.ts';
import { regularise } from '../../../../core/metrics/series/regularise.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

const N = Number.NaN;
const gauge = (timestamps: number[], values: number[]) => regularise({ timestamps, values, kind: 'gauge' });

describe('detectStep', () => {
  it.each([
    [[0, 300, 600, 900], 300],
    [[0, 299, 601, 899, 1201], 300],
    [[0, 60, 120, 600, 660], 60],
    [[0, 5, 10, 15], 60],
    [[0, 3600, 7300], 3600],
    [[0, 604_800], 86_400],
    [[0, 420, 840], 420],
    [[7], 300],
  ])('finds the interval of %j', (timestamps, step) => {
    expect(detectStep(timestamps)).toBe(step);
  });
});

describe('regularise', () => {
  it('sorts, leaves gaps missing and lets the last duplicate win', () => {
    expect(gauge([900, 0, 300, 1500, 300], [3, 1, 7, 5, 2])).toEqual({
      start: 0,
      stepSeconds: 300,
      values: Float64Array.from([1, 2, N, 3, N, 5]),
    });
  });

  it('keeps the phase of a grid that does not start on the hour, and tolerates jitter', () => {
    const { start, values } = gauge([120, 420, 719, 1020, 1321], [1, 2, 3, 4, 5]);
    expect(start).toBe(120);
    expect([...values]).toEqual([1, 2, 3, 4, 5]);
  });

  it('lays points on a given grid, whatever their own phase', () => {
    const points = { timestamps: [130, 430, 730], values: [1, 2, 3], kind: 'gauge' as const };
    const { start, values } = regularise(points, { stepSeconds: 300, gridAt: 1800 });
    expect([start, ...values]).toEqual([0, 1, 2, 3]);
  });

  it('averages gauges and sums deltas that share a step', () => {
    const timestamps = [0, 300, 310, 600, 900];
    const values = [1, 2, 4, 5, 6];
    expect([...gauge(timestamps, values).values]).toEqual([1, 3, 5, 6]);
    expect([...regularise({ timestamps, values, kind: 'delta' }).values]).toEqual([1, 6, 5, 6]);
  });

  it('converts counters into rates per second, across resets', () => {
    const made = regularise({
      timestamps: [0, 60, 120, 180, 240],
      values: [100, 160, 280, 30, 90],
      kind: 'counter',
    });
    expect(made).toEqual({ start: 60, stepSeconds: 60, values: Float64Array.from([1, 2, 0.5, 1]) });
  });

  it('drops readings that are not numbers', () => {
    expect([...gauge([0, 300, 600], [1, N, 3]).values]).toEqual([1, N, 3]);
    expect([...gauge([0, 300, 600, 900], [1, Number.POSITIVE_INFINITY, 3, 4]).values]).toEqual([1, N, 3, 4]);
  });

  it('keeps only the latest steps of an excessive span', () => {
    const made = regularise(
      { timestamps: [0, 60, 120, 1e9], values: [1, 2, 3, 4], kind: 'gauge' },
      { maxSteps: 10 },
    );
    expect(made.values).toHaveLength(10);
    expect(made.values[9]).toBe(4);
  });

  it('uses a given step', () => {
    expect(
      regularise({ timestamps: [0, 60], values: [1, 3], kind: 'gauge' }, { stepSeconds: 300 }).values,
    ).toEqual(Float64Array.from([2]));
  });

  it.each([
    ['no points', [], []],
    ['only missing values', [0, 1], [N, N]],
    ['fewer values than times', [0, 1], [1]],
    ['milliseconds', [1.7e12], [1]],
    ['a time that is not a number', [N], [1]],
  ])('rejects %s', (_, timestamps, values) => {
    expect(() => gauge(timestamps, values)).toThrow(InvalidInputError);
  });

  it('rejects a counter with one reading', () => {
    expect(() => regularise({ timestamps: [0], values: [1], kind: 'counter' })).toThrow(InvalidInputError);
  });

  it('gives the same result for points in any order', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer()), {
      minLength: 1,
      selector: ([slot]) => slot,
    });
    fc.assert(
      fc.property(points, (pairs) => {
        const made = (list: [number, number][]) =>
          gauge(
            list.map(([slot]) => slot * 300),
            list.map(([, value]) => value),
          );
        expect(made([...pairs].reverse())).toEqual(made(pairs));
      }),
    );
  });
});

describe('the largest numbers', () => {
  const timestamps = [0, 100, 300, 400, 600].map((second) => 1_800_000_000 + second);

  it.each(['gauge', 'delta', 'counter'] as const)('of a %s leave no hole', (kind) => {
    for (const values of [
      [1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308],
      [1.7e308, -1.7e308, -1.7e308, 1.7e308, 1],
    ]) {
      const grid = regularise({ timestamps, values, kind }, { stepSeconds: 300 });
      expect(grid.values.every(Number.isFinite)).toBe(true);
      expect(grid.values.every((value) => Math.abs(value) <= 1e300)).toBe(true);
    }
  });
});
