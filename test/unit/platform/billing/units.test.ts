import { describe, expect, it } from 'vitest';
import {
  DAYS_PER_MONTH,
  gigabytes,
  HOURS_PER_MONTH,
  keptGigabytes,
  readUnits,
  writeUnits,
} from '../../../../core/platform/billing/units.ts';

describe('units', () => {
  it('count writes by the started KB and reads by the started 4 KB', () => {
    expect([1, 1024, 1025, 4000].map(writeUnits)).toEqual([1, 1, 2, 4]);
    expect([1, 4096, 4097].map((bytes) => readUnits(bytes, 'strong'))).toEqual([1, 1, 2]);
    expect(readUnits(400_000, 'eventual')).toBe(49);
    expect([0, 1].map((bytes) => [writeUnits(bytes), readUnits(bytes, 'eventual')])).toEqual([
      [0, 0],
      [1, 0.5],
    ]);
  });

  it('store as much as arrives within the retention', () => {
    // 10 GB a month for 365 days are twelve months' worth.
    expect(keptGigabytes(10 * 1024 ** 3, 365)).toBeCloseTo(120, 9);
  });

  it('count gigabytes of 2^30 bytes, and months of a twelfth of a year', () => {
    expect(gigabytes(3 * 2 ** 30)).toBe(3);
    expect(12 * HOURS_PER_MONTH).toBe(365 * 24);
    expect(12 * DAYS_PER_MONTH).toBeCloseTo(365, 9);
  });
});
