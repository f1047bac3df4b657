import { describe, expect, it } from 'vitest';
import { anomalyKey, anomalySks } from '../../../adapters/anomalies/item-keys.ts';

describe('sort keys by time', () => {
  it('sort by time, and lie between the bounds of their second', () => {
    const at = (timestamp: number) => anomalyKey('acme', timestamp, 'web-1', 'cpu').sk;
    const times = [0, 59, 60, 1_795_255_500, 4_000_000_000];
    expect(times.map(at).sort((a, b) => (a < b ? -1 : 1))).toEqual(times.map(at));
    for (const time of times) {
      expect(at(time) > anomalySks.from(time)).toBe(true);
      expect(at(time) < anomalySks.until(time)).toBe(true);
      expect(at(time + 1) > anomalySks.until(time)).toBe(true);
      expect(at(time).startsWith(anomalySks.first)).toBe(true);
      expect(at(time) > anomalySks.first && at(time) < anomalySks.last).toBe(true);
    }
  });
});
