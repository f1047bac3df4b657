import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectSeries } from '../../../../bench/anomalies/detect-series.ts';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';
import { restore, serialise } from '../../../../core/anomalies/engine/detector-state.ts';
import { PointScorer } from '../../../../core/anomalies/engine/point-scorer.ts';
import { dailySeries } from './daily-series.ts';

const POINTS = 2500;
/** An hour. */
const LATER = 12;
const DAY = 288;
const position = fc.integer({ min: 60, max: POINTS - 2 * DAY });
const seed = fc.integer({ min: 0, max: 1e6 });
/** Far outside of everything: -1.8e19 to 1.8e19, and nothing between -100 and 200. */
const glitch = fc
  .tuple(fc.double({ min: 2, max: 19.27, noNaN: true }), fc.boolean())
  .map(([digits, isBelow]) => (isBelow ? -1 : 2) * 10 ** digits);

describe.each(['full', 'light'] as const)('a %s detector after a glitch', (variant) => {
  const options = { variant, sensitivity: 'precise' } as const;

  it('continues bit-identically as if the point had never arrived, whatever its size and position', () => {
    fc.assert(
      fc.property(seed, position, glitch, fc.integer({ min: 1, max: 2 }), (which, at, value, length) => {
        const { timestamps, values } = dailySeries(POINTS, which);
        const glitched = values.map((each, i) => (i >= at && i < at + length ? value : each));
        const missing = values.map((each, i) => (i >= at && i < at + length ? Number.NaN : each));
        const scores = detectSeries(timestamps, glitched, options).scores.slice(at + length);
        expect(scores).toEqual(detectSeries(timestamps, missing, options).scores.slice(at + length));
      }),
      { numRuns: 12 },
    );
  });

  it('scores and alerts an hour later as it would with the true value', () => {
    fc.assert(
      fc.property(seed, position, glitch, (which, at, value) => {
        const { timestamps, values } = dailySeries(POINTS, which);
        const truth = detectSeries(timestamps, values, options);
        const found = detectSeries(timestamps, values.with(at, value), options);
        const later = truth.scores.slice(at + LATER);
        const misses = later.map((score, i) => Math.abs(score - found.scores[at + LATER + i]!));
        expect(misses.reduce((sum, miss) => sum + miss, 0) / misses.length).toBeLessThan(0.05);
        expect(found.alerts.slice(at + LATER)).toEqual(truth.alerts.slice(at + LATER));
      }),
      { numRuns: 12 },
    );
  });

  it('alerts on it, and announces the usual range', () => {
    const { timestamps, values } = dailySeries(POINTS, 4);
    const { anomalies } = detectSeries(timestamps, values.with(2000, 2 ** 64), options);
    const result = anomalies.find(({ index }) => index === 2000)?.result;
    expect(result).toMatchObject({ alert: true, isFar: true });
    expect(result!.expected!.upper).toBeLessThan(100);
  });

  it('learns a burst of three points or more, and a new level, exactly as they come', () => {
    const lengths = fc.oneof(fc.integer({ min: 3, max: LATER }), fc.constant(POINTS));
    fc.assert(
      fc.property(seed, position, lengths, glitch, (which, at, length, level) => {
        const { timestamps, values } = dailySeries(POINTS, which);
        const shifted = values.map((value, i) => (i >= at && i < at + length ? value + level : value));
        const plain = new PointScorer(options);
        const scores = timestamps.map(
          (timestamp, i) => plain.next({ timestamp, value: shifted[i]!, context: {} }).score,
        );
        expect(Array.from(detectSeries(timestamps, shifted, options).scores)).toEqual(scores);
      }),
      { numRuns: 12 },
    );
  });

  it('learns values that are far more than three times in a few days', () => {
    const { timestamps, values } = dailySeries(POINTS, 9);
    const spiky = values.map((value, i) => (i > 1000 && i % 100 === 0 ? 4000 + value : value));
    const { anomalies } = detectSeries(timestamps, spiky, options);
    const far = anomalies.filter(({ result }) => result.isFar === true).map(({ index }) => index);
    expect(far.length).toBeLessThanOrEqual(3);
    expect(Math.max(...far)).toBeLessThan(1500);
  });

  it('may be saved and restored while it waits', () => {
    const { timestamps, values } = dailySeries(POINTS, 5);
    const glitched = values.with(700, 1e12).with(701, 1e12).with(1400, -9e9);
    const whole = detectSeries(timestamps, glitched, options);
    const context = { forecast: { lower: 20, upper: 60 }, threshold: 4.5 };
    let [restored, kept] = [createDetector(options), createDetector(options)];
    glitched.forEach((value, i) => {
      const given = i % 2 === 0 ? context : {};
      const result = restored.next(timestamps[i]!, value, given);
      expect(result).toEqual(kept.next(timestamps[i]!, value, given));
      if (i === 700 || i === 701 || i === 1400) restored = restore(serialise(restored), options);
    });
    expect(whole.alerts[1400]).toBe(true);
    kept = restored;
    expect(kept.expected(timestamps[700]!)!.upper).toBeLessThan(100);
  });
});
