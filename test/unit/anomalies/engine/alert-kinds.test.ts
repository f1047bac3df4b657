import { describe, expect, it } from 'vitest';
import { detectSeries } from '../../../../bench/anomalies/detect-series.ts';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';
import { dailySeries } from './daily-series.ts';

const ONSET = 3000;

/** First alert from the onset on, of a daily series whose values are rewritten from there. */
const firstAlert = (rewrite: (value: number, age: number, i: number) => number) => {
  const { timestamps, values } = dailySeries(3800, 21);
  const held = values.map((value, i) => (i < ONSET ? value : rewrite(value, i - ONSET, i)));
  const { anomalies } = detectSeries(timestamps, held, { sensitivity: 'precise' });
  const found = anomalies.find(({ index }) => index >= ONSET);
  return { found: found?.result, delay: (found?.index ?? Number.NaN) - ONSET, onset: timestamps[ONSET]! };
};

describe('kinds of alerts', () => {
  it('classifies a single extreme value as behavioural, with its rarity, start and reason', () => {
    const { found, delay, onset } = firstAlert((value, age) => (age === 0 ? value + 60 : value));
    expect(delay).toBe(0);
    expect(found).toMatchObject({ kind: 'behavioural', leading: 'seasonal', since: onset });
    expect(found?.oneIn).toBeGreaterThan(1000);
    expect(found?.reason).toMatch(
      /^the value is unusual for this time of day; this happens once in \d+ points$/,
    );
    expect(found?.expected?.upper).toBeGreaterThan(found?.expected?.lower ?? Number.NaN);
  });

  it('classifies a constant metric as duration', () => {
    let held = 0;
    const { found, delay } = firstAlert((value, age) => {
      held = age === 0 ? value : held;
      return held;
    });
    expect(found).toMatchObject({ kind: 'duration', leading: 'quiet' });
    expect(delay).toBeLessThan(40);
  });

  it('finds a level shift, a slow drift and increased variance', () => {
    expect(firstAlert((value) => value + 15).delay).toBeLessThan(20);
    expect(firstAlert((value, age) => value + age / 20).delay).toBeLessThan(576);
    expect(firstAlert((value, _, i) => value + (i % 2 === 0 ? 9 : -9)).delay).toBeLessThan(60);
  });

  it('takes a published forecast into account', () => {
    const { timestamps, values } = dailySeries(2500, 31);
    const detector = createDetector();
    let last = detector.next(0, 0);
    for (const [i, timestamp] of timestamps.entries()) {
      const forecast = { lower: values[i]! - 3, upper: values[i]! + 3 };
      const far = i === 2499 ? { lower: values[i]! + 30, upper: values[i]! + 36 } : forecast;
      last = detector.next(timestamp, values[i]!, { forecast: far });
    }
    expect(last).toMatchObject({ alert: true, leading: 'forecast', kind: 'behavioural' });
    expect(last.parts.forecast?.residual).toBeCloseTo(5, 6);
  });

  it('returns its learned baseline and accepts a threshold for a point', () => {
    const { timestamps, values } = dailySeries(1200, 2);
    const detector = createDetector();
    expect(detector.expected(0)).toBeUndefined();
    for (const [i, timestamp] of timestamps.entries())
      detector.next(timestamp, values[i]!, { threshold: 99 });
    const band = detector.expected(timestamps[1199]!)!;
    expect(band.lower).toBeLessThan(values[1199]!);
    expect(band.upper).toBeGreaterThan(values[1199]!);
    const spike = detector.next(timestamps[1199]! + 300, 1e6, { threshold: 99 });
    expect(spike.alert).toBe(false);
    expect(spike.score).toBeGreaterThan(4);
  });
});
