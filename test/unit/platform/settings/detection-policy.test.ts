import { describe, expect, it } from 'vitest';
import { maintenanceAt, overriddenThreshold } from '../../../../core/platform/settings/detection-policy.ts';

const SERIES = { tenantId: 'acme', targetId: 'db-1', metric: 'cpu' };

describe('threshold overrides', () => {
  it('takes the most specific one that applies, the last of equals', () => {
    const overrides = [
      { tenantId: 'acme', threshold: 5 },
      { targetId: 'db-1', threshold: 6 },
      { tenantId: 'acme', metric: 'cpu', threshold: 7 },
      { targetId: 'db-2', metric: 'cpu', threshold: 8 },
    ];
    expect(overriddenThreshold(overrides, SERIES)).toBe(6);
    expect(overriddenThreshold(overrides, { ...SERIES, targetId: 'db-3' })).toBe(7);
    expect(overriddenThreshold(overrides, { ...SERIES, targetId: 'db-3', metric: 'disk' })).toBe(5);
    expect(overriddenThreshold([...overrides, { targetId: 'db-1', threshold: 9 }], SERIES)).toBe(9);
    expect(overriddenThreshold([], SERIES)).toBeUndefined();
  });
});

describe('maintenance windows', () => {
  it('cover a span of time within their scope', () => {
    const windows = [{ tenantId: 'acme', metric: 'cpu', from: 100, to: 200 }];
    expect(maintenanceAt(windows, SERIES, 100)).toBe(windows[0]);
    expect(maintenanceAt(windows, SERIES, 199)).toBe(windows[0]);
    expect(maintenanceAt(windows, SERIES, 200)).toBeUndefined();
    expect(maintenanceAt(windows, SERIES, 99)).toBeUndefined();
    expect(maintenanceAt(windows, { ...SERIES, metric: 'disk' }, 150)).toBeUndefined();
  });
});
