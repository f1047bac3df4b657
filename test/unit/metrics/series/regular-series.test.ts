import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectStep } from '../../../../core/metrics/series/detect-step.ts';
import { regularise } from '../../../../core/metrics/series/regularise.ts';
import { boundsOf, thresholdOf } from '../../../../core/metrics/targets/profiles.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

const messageOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) return { message: error.message, field: error.field };
    throw error;
  }
  throw new Error('it was accepted');
};

describe('the detected step', () => {
  it('is that of an even grid, for any start and any missing points', () => {
    const usual = fc.constantFrom(60, 300, 900, 3600, 86_400);
    const missing = fc.uniqueArray(fc.integer({ min: 1, max: 18 }), { maxLength: 4 });
    fc.assert(
      fc.property(usual, fc.integer({ min: 0, max: 1e9 }), missing, (step, start, gone) => {
        const slots = Array.from({ length: 20 }, (_, i) => i).filter((i) => !gone.includes(i));
        expect(detectStep(slots.map((i) => start + i * step))).toBe(step);
      }),
    );
  });

  it('is a whole number of seconds from a minute to a day for any times', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1e7 }), { maxLength: 20 });
    fc.assert(
      fc.property(times, (given) => {
        const step = detectStep(given.toSorted((a, b) => a - b));
        expect(Number.isInteger(step)).toBe(true);
        expect(step).toBeGreaterThanOrEqual(60);
        expect(step).toBeLessThanOrEqual(86_400);
      }),
    );
  });

  it.each([
    // Exactly ten per cent from a usual step.
    [[0, 330, 660], 300],
    [[0, 270, 540], 300],
    [[0, 331, 662], 331],
    // Four intervals of equal share: none is common, so the median counts.
    [[0, 420, 920, 1690, 2490], 500],
    [[0, 420, 920, 1690, 2490, 3390], 770],
    // More than a quarter.
    [[0, 100, 200, 700, 1400, 2500, 4000], 100],
    [[], 300],
  ])('of %j is %i', (timestamps, step) => expect(detectStep(timestamps)).toBe(step));
});

describe('sums of deltas', () => {
  it('hold no interval of which a report is missing, whenever they are read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 200 }), fc.integer({ min: 0, max: 1e6 }), (reports, start) => {
        const timestamps = Array.from({ length: reports }, (_, i) => 60 * (start + i));
        const values = timestamps.map(() => 102);
        const sums = regularise({ timestamps, values, kind: 'delta' }, { stepSeconds: 300 }).values;
        expect([...sums]).toEqual(Array.from({ length: sums.length }, () => 510));
        expect(sums.length).toBeGreaterThanOrEqual(Math.floor((reports - 8) / 5));
      }),
    );
  });

  it('keep everything if there is nothing whole', () => {
    const few = { timestamps: [60, 120], values: [1, 2], kind: 'delta' } as const;
    expect([...regularise(few, { stepSeconds: 300 }).values]).toEqual([3]);
    expect([...regularise({ ...few, timestamps: [300, 600] }).values]).toEqual([1, 2]);
  });
});

describe('a regular series', () => {
  const gauge = (timestamps: readonly number[], values: readonly number[]) =>
    regularise({ timestamps, values, kind: 'gauge' });

  it('reports what is wrong with the points', () => {
    expect(messageOf(() => gauge([0, 1], [1]))).toEqual({
      ...{ message: 'expected as many values as timestamps, found 1 and 2', field: 'values' },
    });
    expect(messageOf(() => gauge([0, 1e11], [1, 2]))).toEqual({
      ...{ message: 'expected epoch seconds, found 100000000000 at point 2', field: 'timestamps' },
    });
    expect(messageOf(() => gauge([], []))).toEqual({
      ...{ message: 'the series has no usable value', field: 'values' },
    });
  });

  it('may be before 1970', () => {
    expect(gauge([-600, -300, 0], [1, 2, 3])).toEqual({
      ...{ start: -600, stepSeconds: 300, values: Float64Array.of(1, 2, 3) },
    });
    expect(gauge([-500, -200, 100], [1, 2, 3]).start).toBe(-500);
  });

  it('has the phase of most of its points', () => {
    expect(gauge([7, 300, 600, 900], [1, 2, 3, 4])).toMatchObject({ start: 0 });
    expect(gauge([307, 607, 900, 1207], [1, 2, 3, 4])).toMatchObject({ start: 307 });
  });

  it('treats a constant total as no growth, not as a restart', () => {
    const rates = regularise({ timestamps: [0, 60, 120, 180], values: [5, 5, 3, 3], kind: 'counter' });
    expect([...rates.values]).toEqual([0, 0.05, 0]);
  });

  it('contains each point in the nearest step, and nothing else', () => {
    const points = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: -99, max: 99 })),
      {
        ...{ minLength: 2, maxLength: 40 },
        selector: ([slot]) => slot,
      },
    );
    fc.assert(
      fc.property(points, fc.constantFrom(60, 300), (given, stepSeconds) => {
        const { start, values } = regularise(
          {
            timestamps: given.map(([slot]) => slot * stepSeconds),
            values: given.map(([, value]) => value),
            kind: 'gauge',
          },
          { stepSeconds },
        );
        const found = [...values].flatMap((value, i) =>
          Number.isNaN(value) ? [] : [[start / stepSeconds + i, value]],
        );
        expect(found).toEqual(given.toSorted(([a], [b]) => a - b));
      }),
    );
  });

  it('of deltas keeps their sum, of gauges their mean, within one step', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(values, (given) => {
        const timestamps = given.map((_, i) => i);
        const total = given.reduce((sum, value) => sum + value, 0);
        const in1 = (kind: 'gauge' | 'delta') =>
          regularise(
            { timestamps: [...timestamps, 3600], values: [...given, 0], kind },
            { stepSeconds: 3600 },
          ).values[0];
        expect(in1('delta')).toBeCloseTo(total, 9);
        expect(in1('gauge')).toBeCloseTo(total / given.length, 9);
      }),
    );
  });

  it('is limited to its newest steps, the last of which is the newest point', () => {
    const made = regularise(
      { timestamps: [0, 60, 120, 180], values: [1, 2, 3, 4], kind: 'gauge' },
      { maxSteps: 2 },
    );
    expect(made).toEqual({ start: 120, stepSeconds: 60, values: Float64Array.of(3, 4) });
    const days = regularise({ timestamps: [0, 1e10], values: [1, 2], kind: 'gauge' }, { stepSeconds: 60 });
    expect(days.values).toHaveLength(100_000);
  });
});

describe('limits by scale', () => {
  it.each([
    ['cpu_percent', '%', 100.5, 'fixed'],
    ['cpu_percent', '%', 100.6, 'historical'],
    ['system.cpu.utilization', '1', 1.005, 'fixed'],
    ['system.cpu.utilization', '1', 1.006, 'historical'],
    ['battery', '%', 50, 'historical'],
    ['request_rate', '/s', 50, 'historical'],
    ['latency_ms', 'ms', 1e9, 'fixed'],
  ])('of %s in %s with a maximum of %d are %s', (metric, unit, observedMax, kind) => {
    expect(thresholdOf('web', metric, unit, observedMax)?.kind).toBe(kind);
  });

  it('bound forecasts of shares, unless the history exceeds them', () => {
    expect(boundsOf('cpu_percent', '%', 99)).toEqual({ lower: 0, upper: 100 });
    expect(boundsOf('system.cpu.utilization', '1')).toEqual({ lower: 0, upper: 1 });
    expect(boundsOf('cpu_percent', '%', 250)).toBeUndefined();
    expect(boundsOf('system.cpu.utilization', '1', 4)).toBeUndefined();
    expect(boundsOf('latency_ms', 'ms', 5)).toBeUndefined();
  });
});
