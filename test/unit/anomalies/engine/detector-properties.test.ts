import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectSeries } from '../../../../bench/anomalies/detect-series.ts';
import { createDetector, type DetectorOptions } from '../../../../core/anomalies/engine/detector.ts';
import { restore, serialise } from '../../../../core/anomalies/engine/detector-state.ts';
import { DAY_SECONDS } from '../../../../core/shared/time.ts';
import { dailySeries } from './daily-series.ts';

const VARIANTS = ['full', 'light'] as const;
const EAGER: DetectorOptions = { threshold: 2.5, warmupPoints: 50, warmupSeconds: 0, cooldownPoints: 20 };

/** A daily series with any values, gaps, NaN, repeats and late points strewn in. */
const rough = fc
  .record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    strewn: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 799 }),
        value: fc.oneof(
          fc.double({ min: -1e9, max: 1e9 }),
          fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
        ),
        late: fc.integer({ min: -900, max: 90_000 }),
      }),
      { maxLength: 30 },
    ),
  })
  .map(({ seed, strewn }) => {
    const { timestamps, values } = dailySeries(800, seed);
    for (const { at, value, late } of strewn) {
      values[at] = value;
      if (late % 3 === 0) timestamps[at] = timestamps[at]! + late;
    }
    return { timestamps, values };
  });

describe.each(VARIANTS)('any %s detector', (variant) => {
  const options = { ...EAGER, variant };

  it('is causal: a prefix gets bit-identical scores', () => {
    fc.assert(
      fc.property(rough, fc.integer({ min: 1, max: 799 }), ({ timestamps, values }, length) => {
        const whole = detectSeries(timestamps, values, options);
        const prefix = detectSeries(timestamps.slice(0, length), values.slice(0, length), options);
        expect(prefix.scores).toEqual(whole.scores.slice(0, length));
        expect(prefix.alerts).toEqual(whole.alerts.slice(0, length));
      }),
      { numRuns: 15 },
    );
  });

  it('survives gaps, NaN, infinities, repeats and late points', () => {
    fc.assert(
      fc.property(rough, ({ timestamps, values }) => {
        const { scores, alerts } = detectSeries(timestamps, values, options);
        expect(scores.every((score) => Number.isFinite(score) && score >= 0)).toBe(true);
        expect(alerts).toEqual(Array.from(scores, (score) => score >= 2.5));
      }),
      { numRuns: 15 },
    );
  });

  it('scores the same in another unit, zero point or on another date', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(0.37, 3.7, 1000, 1e-6, -2),
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -400, max: 400 }),
        (seed, factor, offset, days) => {
          const { timestamps, values } = dailySeries(800, seed);
          const plain = detectSeries(timestamps, values, options).scores;
          const changed = detectSeries(
            timestamps.map((timestamp) => timestamp + days * DAY_SECONDS),
            values.map((value) => factor * (value + offset)),
            options,
          ).scores;
          const mean = plain.reduce((sum, score, i) => sum + Math.abs(score - changed[i]!), 0) / plain.length;
          expect(mean).toBeLessThan(0.01);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('never alerts on a constant', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), (level) => {
        const timestamps = Array.from({ length: 1500 }, (_, i) => i * 300);
        const { alerts } = detectSeries(timestamps, new Float64Array(1500).fill(level), options);
        expect(alerts).not.toContain(true);
      }),
      { numRuns: 15 },
    );
  });

  it('continues bit-identically after being saved and restored', () => {
    fc.assert(
      fc.property(rough, fc.integer({ min: 0, max: 799 }), ({ timestamps, values }, at) => {
        const detector = createDetector(options);
        for (let i = 0; i < at; i++) detector.next(timestamps[i]!, values[i]!);
        const again = restore(serialise(detector), EAGER);
        for (let i = at; i < 800; i++) {
          expect(again.next(timestamps[i]!, values[i]!)).toEqual(detector.next(timestamps[i]!, values[i]!));
        }
        expect(serialise(again)).toEqual(serialise(detector));
      }),
      { numRuns: 15 },
    );
  });
});
