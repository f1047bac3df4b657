import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';
import { restore, serialise } from '../../../../core/anomalies/engine/detector-state.ts';
import { PointScorer } from '../../../../core/anomalies/engine/point-scorer.ts';
import { StreamClock } from '../../../../core/anomalies/engine/stream-clock.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { dailySeries, seededRandom } from './daily-series.ts';

describe('saved state', () => {
  it('is at most 8 KB for a light detector, even with residuals of every size', () => {
    const random = seededRandom(1);
    const detector = createDetector({ variant: 'light' });
    for (let i = 0; i < 30_000; i++) detector.next(i * 300, 2 ** (60 * (random() - 0.5)));
    expect(serialise(detector).length).toBeLessThanOrEqual(8192);
  });

  it('rejects bytes of another format, truncated bytes, and invalid lengths', () => {
    const detector = createDetector();
    const { timestamps, values } = dailySeries(700, 1);
    for (const [i, timestamp] of timestamps.entries()) detector.next(timestamp, values[i]!);
    const bytes = serialise(detector);
    expect(() => restore(bytes.slice(0, bytes.length - 5))).toThrow(/expected \d more bytes, found \d/);
    expect(() => restore(Uint8Array.of(9))).toThrow('expected a saved detector of format 3, found 9');
    expect(() => restore(new Uint8Array())).toThrow('expected 1 more bytes, found 0');
    const writer = new ByteWriter();
    writer.varint(1000);
    expect(() => new ByteReader(writer.finish()).floats()).toThrow('expected 8000 more bytes, found 0');
  });

  it.each(['full', 'light'] as const)('reads a %s state of format 2, which had no glitches', (variant) => {
    const { timestamps, values } = dailySeries(1500, 2);
    const clock = new StreamClock();
    const scorer = new PointScorer({ variant });
    for (const [i, timestamp] of timestamps.slice(0, 1000).entries()) {
      clock.accepts(timestamp, values[i]!);
      scorer.next({ timestamp, value: values[i]!, context: {} });
    }
    const writer = new ByteWriter();
    writer.u8(2);
    writer.u8(variant === 'light' ? 0 : 1);
    clock.save(writer);
    scorer.save(writer);
    const restored = restore(writer.finish());
    for (let i = 1000; i < 1400; i++) {
      const point = { timestamp: timestamps[i]!, value: values[i]!, context: {} };
      expect(restored.next(point.timestamp, point.value).score).toBe(scorer.next(point).score);
    }
    expect(restored.next(timestamps[1400]!, 2 ** 64)).toMatchObject({ isFar: true });
    expect(restored.next(timestamps[1401]!, values[1401]!).isFar).toBeUndefined();
  });

  it('saves only detectors from createDetector', () => {
    const other = { next: () => ({ score: 0, alert: false, parts: {} }), expected: () => undefined };
    expect(() => serialise(other)).toThrow('made by createDetector');
  });

  it('writes whole numbers of any size', () => {
    const writer = new ByteWriter();
    const numbers = [0, 127, 128, 300, 2 ** 31, 2 ** 50];
    for (const number of numbers) writer.varint(number);
    const reader = new ByteReader(writer.finish());
    expect(numbers.map(() => reader.varint())).toEqual(numbers);
  });
});
