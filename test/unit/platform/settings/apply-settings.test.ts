import { describe, expect, it } from 'vitest';
import {
  anomalyThresholdOf,
  breachThresholdOf,
  detectionModeOf,
  maintenanceReason,
} from '../../../../core/platform/settings/apply-settings.ts';
import { NO_SETTINGS, Settings } from '../../../../core/platform/settings/settings.ts';

const series = { targetId: 'web-1', metric: 'cpu' };
const from = (settings: object) => Settings.parse({ version: 1, ...settings });

const DAY = Date.UTC(2026, 0) / 1000;

describe('rules', () => {
  it('have no effect if there are none', () => {
    expect(detectionModeOf(NO_SETTINGS, series)).toBeUndefined();
    expect(anomalyThresholdOf(NO_SETTINGS, series)).toBeUndefined();
    expect(breachThresholdOf(NO_SETTINGS, series)).toBeUndefined();
    expect(maintenanceReason(NO_SETTINGS, series, 0)).toBeUndefined();
  });

  it('apply by specificity: target before metric, and the last of equals', () => {
    const settings = from({
      detection: [
        { target: 'web-1', mode: 'off' },
        { metric: 'cpu', mode: 'full', threshold: 6 },
        { mode: 'light', threshold: 9 },
        { target: 'web-1', mode: 'light' },
        { target: 'web-2', metric: 'cpu', mode: 'full', threshold: 3 },
      ],
    });
    expect(detectionModeOf(settings, series)).toBe('light');
    // A rule without a threshold leaves the threshold to less specific ones.
    expect(anomalyThresholdOf(settings, series)).toBe(6);
    expect(detectionModeOf(settings, { ...series, targetId: 'db', metric: 'disk' })).toBe('light');
    expect(anomalyThresholdOf(settings, { ...series, targetId: 'db', metric: 'disk' })).toBe(9);
    const later = from({ detection: [...settings.detection, { metric: 'cpu', threshold: 7 }] });
    expect(anomalyThresholdOf(later, series)).toBe(7);
  });

  it('leave the mode to less specific ones if they set only a threshold', () => {
    const settings = from({
      detection: [{ mode: 'light' }, { target: 'web-1', metric: 'cpu', threshold: 6 }],
    });
    expect(detectionModeOf(settings, series)).toBe('light');
  });

  it('replace the limits of a profile', () => {
    const settings = from({
      thresholds: [
        { metric: 'cpu', above: 70 },
        { target: 'web-1', metric: 'cpu', below: 5 },
      ],
    });
    expect(breachThresholdOf(settings, series)).toEqual({ kind: 'fixed', direction: 'below', limit: 5 });
    expect(breachThresholdOf(settings, { ...series, targetId: 'x' })).toEqual({
      kind: 'fixed',
      direction: 'above',
      limit: 70,
    });
    expect(breachThresholdOf(settings, { ...series, metric: 'disk' })).toBeUndefined();
  });

  it('give the reason of the maintenance at a moment, from inclusive and to exclusive', () => {
    const settings = from({
      maintenance: [
        { from: '2026-01-01T00:01:40Z', to: String(DAY + 200), targets: ['web-1', 'web-2'], reason: 'disks' },
        { from: String(DAY + 300), to: String(DAY + 400), reason: 'everything' },
      ],
    });
    const at = (seconds: number, targetId = 'web-1') =>
      maintenanceReason(settings, { ...series, targetId }, DAY + seconds);
    expect([99, 100, 199, 200].map((seconds) => at(seconds))).toEqual([
      undefined,
      'disks',
      'disks',
      undefined,
    ]);
    expect(at(150, 'db')).toBeUndefined();
    expect(at(350, 'db')).toBe('everything');
  });
});

describe('settings', () => {
  it.each([
    ['a rule with both limits', { thresholds: [{ metric: 'cpu', above: 1, below: 0 }] }],
    ['a rule with no limit', { thresholds: [{ metric: 'cpu' }] }],
    ['a detection rule without mode and threshold', { detection: [{ target: 'web-1' }] }],
    [
      'a window that ends before it begins',
      { maintenance: [{ from: '1800000002', to: '1800000001', reason: 'x' }] },
    ],
    ['a window of no length', { maintenance: [{ from: '1800000002', to: '1800000002', reason: 'x' }] }],
    ['a time of another century', { maintenance: [{ from: '1', to: '1800000001', reason: 'x' }] }],
    [
      'a reason with control characters',
      { maintenance: [{ from: '1800000001', to: '1800000002', reason: '\u001b[2J' }] },
    ],
    ['an unreadable time', { maintenance: [{ from: 'soon', to: '1800000001', reason: 'x' }] }],
    ['a misspelled field', { treshold: [] }],
    ['a metric with a part separator', { thresholds: [{ metric: 'a#b', above: 1 }] }],
    ['too many rules', { thresholds: Array.from({ length: 201 }, () => ({ metric: 'cpu', above: 1 })) }],
  ])('with %s are rejected', (_, settings) => {
    expect(Settings.safeParse({ version: 0, ...settings }).success).toBe(false);
  });

  it('too large for one item are rejected', () => {
    const targets = Array.from({ length: 50 }, (_, i) => `host-${i}`.padEnd(128, 'x'));
    const windows = (count: number) =>
      Array.from({ length: count }, () => ({
        from: '1800000001',
        to: '1800000002',
        reason: 'disks',
        targets,
      }));
    expect(Settings.safeParse({ version: 0, maintenance: windows(40) }).success).toBe(true);
    expect(Settings.safeParse({ version: 0, maintenance: windows(50) }).success).toBe(false);
  });

  it('may fill one item to its last byte', () => {
    const targets = Array.from({ length: 50 }, (_, i) => `host-${i}`.padEnd(128, 'x'));
    /** Settings of exactly this many bytes: the reasons fill the rest that whole windows leave. */
    const ofBytes = (bytes: number) => {
      const reasons = Array.from({ length: 45 }, () => 'x');
      const maintenance = () =>
        reasons.map((reason) => ({ from: '1800000001', to: '1800000002', targets, reason }));
      const settings = () => ({
        version: 0,
        thresholds: [],
        detection: [],
        maintenance: maintenance(),
        readings: [],
      });
      let missing = bytes - Buffer.byteLength(JSON.stringify(settings()));
      for (let i = 0; missing > 0; i++) {
        const more = Math.min(199, missing);
        reasons[i] = 'x'.repeat(1 + more);
        missing -= more;
      }
      expect(Buffer.byteLength(JSON.stringify(settings()))).toBe(bytes);
      return settings();
    };
    expect(Settings.safeParse(ofBytes(300_000)).success).toBe(true);
    expect(Settings.safeParse(ofBytes(300_001)).error?.issues[0]).toMatchObject({
      message: 'expected at most 300000 bytes of settings',
      path: ['maintenance'],
    });
  });
});
