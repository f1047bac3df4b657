import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { between } from '../../../fixtures/numbers.ts';
import { noise, seriesOf } from './sample-series.ts';

const step = fc.constantFrom(60, 300, 3600, 86_400);
const anyValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: 0, max: 100 }),
  fc.constantFrom(Number.NaN, 0, 1e308, -1e308, Number.POSITIVE_INFINITY),
);
const isOrderedAndFinite = ({ quantiles, mean }: Forecast): boolean =>
  mean.every(Number.isFinite) &&
  quantiles.every((row, l) =>
    row.every((value, h) => Number.isFinite(value) && (l === 0 || value >= quantiles[l - 1]![h]!)),
  );

describe('forecast', () => {
  it('gives finite, ordered quantiles for any input with a value, and rejects one without', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { maxLength: 150 }),
        step,
        fc.integer({ min: 1, max: 60 }),
        (values, stepSeconds, horizon) => {
          const history = { start: 0, stepSeconds, values: Float64Array.from(values) };
          if (!values.some(Number.isFinite)) {
            expect(() => forecast({ history, horizon })).toThrow(InvalidInputError);
            return;
          }
          const made = forecast({ history, horizon });
          expect(made.quantiles.every((row) => row.length === horizon)).toBe(true);
          expect(isOrderedAndFinite(made)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps the mean finite at the largest numbers', () => {
    const values = Float64Array.from([0, 0, 0, 1e308, 0, 0, 0, -1e308]);
    expect(isOrderedAndFinite(forecast({ history: { start: 0, stepSeconds: 60, values }, horizon: 3 }))).toBe(
      true,
    );
  });

  it('follows x -> a x + b', () => {
    const base = seriesOf(900, (i) => 3 * Math.sin(i / 20) + noise(i) + (i % 50 === 0 ? 5 : 0), 900);
    const plain = forecast({ history: base, horizon: 48 });
    fc.assert(
      fc.property(between(1e-3, 1e6), between(-3, 3), (a, shift) => {
        const b = shift * a;
        const moved = forecast({
          history: { ...base, values: base.values.map((x) => a * x + b) },
          horizon: 48,
        });
        plain.quantiles.forEach((row, l) => {
          row.forEach((value, h) => {
            // A history that the shift makes non-negative is clamped at zero; nothing else may differ.
            const expected = moved.quantiles[l]![h] === 0 ? Math.max(0, a * value + b) : a * value + b;
            expect(Math.abs(moved.quantiles[l]![h]! - expected)).toBeLessThan(1e-6 * a);
          });
        });
      }),
      { numRuns: 20 },
    );
  });

  it('does not depend on values after its origin', () => {
    fc.assert(
      fc.property(fc.array(between(-1e6, 1e6), { minLength: 1, maxLength: 40 }), (future) => {
        const past = seriesOf(500, (i) => 10 + noise(i), 900);
        const whole = Float64Array.from([...past.values, ...future]);
        const prefix = { ...past, values: whole.subarray(0, 500) };
        expect(forecast({ history: prefix, horizon: 24 })).toEqual(forecast({ history: past, horizon: 24 }));
      }),
      { numRuns: 10 },
    );
  });

  it('stays inside the bounds of a bounded metric', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 200 }), (values) => {
        const history = { start: 0, stepSeconds: 3600, values: Float64Array.from(values) };
        const { quantiles } = forecast({ history, horizon: 24, bounds: { lower: 0, upper: 100 } });
        expect(quantiles.every((row) => row.every((value) => value >= 0 && value <= 100))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('does not change its input', () => {
    const history = seriesOf(600, (i) => (i % 9 === 0 ? Number.NaN : i % 24), 3600);
    const before = history.values.slice();
    forecast({ history, horizon: 24 });
    expect(history.values).toEqual(before);
  });
});
