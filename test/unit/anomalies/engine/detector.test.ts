import { describe, expect, it } from 'vitest';
import { detectSeries } from '../../../../bench/anomalies/detect-series.ts';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';
import { dailySeries } from './daily-series.ts';

describe('detector', () => {
  it('alerts on a spike far above the daily pattern and returns the expected range', () => {
    const { timestamps, values } = dailySeries(3000, 7);
    values[2500] = 500;
    const { alerts, anomalies } = detectSeries(timestamps, values);
    expect(alerts[2500]).toBe(true);
    const { result } = anomalies.find(({ index }) => index === 2500)!;
    expect(result.expected!.upper).toBeLessThan(500);
    expect(result.expected!.lower).toBeLessThan(result.expected!.upper);
  });

  it('skips NaN, infinities, duplicates and late points without learning them', () => {
    const { timestamps, values } = dailySeries(1500, 3);
    const plain = createDetector();
    const disturbed = createDetector();
    for (const [i, timestamp] of timestamps.entries()) {
      const expected = plain.next(timestamp, values[i]!);
      expect(disturbed.next(timestamp, values[i]!)).toEqual(expected);
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
        expect(disturbed.next(timestamp, value)).toMatchObject({ score: 0, alert: false });
      }
      expect(disturbed.next(timestamp - 900, -1e9)).toMatchObject({ score: 0, alert: false });
    }
  });

  it('follows a clock that was set back', () => {
    const { timestamps, values } = dailySeries(2000, 5);
    const detector = createDetector();
    for (const [i, timestamp] of timestamps.entries()) detector.next(timestamp, values[i]!);
    const scores = values.map((value, i) => detector.next(timestamps[i]! - 86_400 * 30, value + 3).score);
    expect(Math.max(...scores.slice(100))).toBeGreaterThan(0);
  });

  it('rejects arrays of different lengths', () => {
    expect(() => detectSeries([1, 2], [1])).toThrow('as many values as timestamps');
  });
});
