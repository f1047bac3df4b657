import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, isSilent } from '../../../../core/anomalies/silence/activity.ts';
import { findSilences, type SeenTarget } from '../../../../core/anomalies/silence/find-silences.ts';

const NOW = 1_795_255_500;
const DAY = 86_400;
const seen = (targetId: string, ago: number, profile: SeenTarget['profile'] = 'web'): SeenTarget => ({
  targetId,
  profile,
  lastSeen: NOW - ago,
});
const activity = (targetId: string, ago: number, interval = 300, usualPause = interval): Activity => ({
  targetId,
  lastPoint: NOW - ago,
  interval,
  usualPause,
  isSteady: true,
  points: new Map(),
  reports: [],
});
const silentIds = (targets: readonly SeenTarget[], all: readonly Activity[], now = NOW) =>
  findSilences(
    'acme',
    targets,
    all.filter((one) => isSilent(one, now)),
    now,
  ).map(({ targetId }) => targetId);

describe('silences', () => {
  const fleet = ['a', 'b', 'c', 'd'].map((id) => seen(id, 3000));

  it('are announced after three usual intervals, and never before 15 minutes', () => {
    expect(silentIds(fleet, [activity('a', 900)])).toEqual([]);
    expect(silentIds(fleet, [activity('a', 901)])).toEqual(['a']);
    expect(silentIds(fleet, [activity('a', 3 * 3600, 3600)])).toEqual([]);
    expect(silentIds(fleet, [activity('a', 3 * 3600 + 1, 3600)])).toEqual(['a']);
  });

  it('are not announced of a target that pauses as long every day, or whose rhythm is unknown', () => {
    expect(silentIds(fleet, [activity('a', 7200, 60, 23 * 3600)])).toEqual([]);
    expect(silentIds(fleet, [activity('a', 7200, 60, 6000)])).toEqual(['a']);
    expect(silentIds(fleet, [{ ...activity('a', 7200), interval: undefined }])).toEqual([]);
  });

  it('end after a day: the target is gone', () => {
    expect(silentIds(fleet, [activity('a', DAY - 1)])).toEqual(['a']);
    expect(silentIds(fleet, [activity('a', DAY)])).toEqual([]);
  });

  it('are dated by the target, not by the check', () => {
    const at = (now: number) => findSilences('acme', fleet, [activity('a', 1000)], now)[0]?.silentAt;
    expect(at(NOW)).toBe(NOW - 1000 + 900);
    expect(at(NOW + 600)).toBe(at(NOW));
  });

  it('of a group share a cause', () => {
    const group = ['a', 'b', 'c'].map((id, i) => activity(id, 2000 - i * 300));
    const silences = findSilences('acme', fleet, group, NOW);
    expect(new Set(silences.map(({ causeKey }) => causeKey)).size).toBe(1);
    expect(silences[0]).toMatchObject({ together: 3 });
    expect(silences[0]?.causeKey).toMatch(/^silence:acme:2026-/);
  });

  it('keep their cause while more targets fall silent with them', () => {
    const group = ['a'].map((id) => activity(id, 1500));
    const [before] = findSilences('acme', fleet, group, NOW);
    const [after] = findSilences('acme', fleet, [...group, activity('d', 1000)], NOW);
    expect(before?.causeKey).toBeDefined();
    expect(after).toMatchObject({ causeKey: before?.causeKey, together: 2 });
  });

  it('far apart are not one group', () => {
    const apart = [activity('a', 6000), activity('b', 4000), activity('c', 2000)];
    const silences = findSilences('acme', fleet, apart, NOW);
    for (const { together } of silences) expect(together).toBe(1);
    expect(new Set(silences.map(({ causeKey }) => causeKey)).size).toBe(3);
  });

  const autoscaled = [
    ...Array.from({ length: 5 }, (_, i) => seen(`dead-${i}`, DAY + i, 'batch')),
    ...Array.from({ length: 6 }, (_, i) => seen(`live-${i}`, 2000, 'batch')),
  ];

  it('of autoscaled targets that leave their group are not announced', () => {
    expect(silentIds(autoscaled, [activity('live-0', 2000), activity('live-1', 2000)])).toEqual([]);
  });

  it('of half an autoscaled group at once are announced', () => {
    const half = [0, 1, 2].map((i) => activity(`live-${i}`, 2000));
    expect(silentIds(autoscaled, half)).toEqual(['live-0', 'live-1', 'live-2']);
  });

  it('of a steady profile are announced beside an autoscaled one', () => {
    const mixed = [...autoscaled, ...fleet];
    expect(silentIds(mixed, [activity('live-0', 2000), activity('a', 2000)])).toEqual(['a']);
  });

  it('are never lost by waiting: once found, a target stays silent until it sends or is gone', () => {
    const arbitrary = fc.record({
      ago: fc.integer({ min: 0, max: DAY - 4000 }),
      interval: fc.integer({ min: 60, max: 7200 }),
      later: fc.integer({ min: 0, max: 3600 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ ago, interval, later }) => {
        const now = silentIds(fleet, [activity('a', ago, interval)]);
        const then = silentIds(fleet, [activity('a', ago, interval)], NOW + later);
        expect(then.length).toBeGreaterThanOrEqual(now.length);
      }),
    );
  });
});
