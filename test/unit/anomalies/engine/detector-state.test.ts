import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';
import { restore, serialise } from '../../../../core/anomalies/engine/detector-state.ts';
import { StateReader, StateWriter } from '../../../../core/anomalies/engine/state-bytes.ts';
import { dailySeries, seededRandom } from './daily-series.ts';

describe('saved state', () => {
  it('takes at most 8 KB for a light detector, even with residuals of every size', () => {
    const random = seededRandom(1);
    const detector = createDetector({ variant: 'light' });
    for (let i = 0; i < 30_000; i++) detector.next(i * 300, 2 ** (60 * (random() - 0.5)));
    expect(serialise(detector).length).toBeLessThanOrEqual(8192);
  });

  it('refuses bytes of another format, cut short, or with a length that cannot be', () => {
    const detector = createDetector();
    const { timestamps, values } = dailySeries(700, 1);
    for (const [i, timestamp] of timestamps.entries()) detector.next(timestamp, values[i]!);
    const bytes = serialise(detector);
    expect(() => restore(bytes.slice(0, bytes.length - 5))).toThrow('fewer bytes than it needs');
    expect(() => restore(Uint8Array.of(9))).toThrow('expected a saved detector of format 2, found 9');
    expect(() => restore(new Uint8Array())).toThrow('fewer bytes than it needs');
    const writer = new StateWriter();
    writer.whole(1000);
    expect(() => new StateReader(writer.finish()).floats()).toThrow('fewer bytes than it needs');
  });

  it('saves only what createDetector made', () => {
    const other = { next: () => ({ score: 0, alert: false, parts: {} }), expected: () => undefined };
    expect(() => serialise(other)).toThrow('made by createDetector');
  });

  it('writes whole numbers of any size', () => {
    const writer = new StateWriter();
    const numbers = [0, 127, 128, 300, 2 ** 31, 2 ** 50];
    for (const number of numbers) writer.whole(number);
    const reader = new StateReader(writer.finish());
    expect(numbers.map(() => reader.whole())).toEqual(numbers);
  });
});
