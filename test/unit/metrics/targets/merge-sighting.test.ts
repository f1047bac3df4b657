import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_METRIC_LIST_BYTES, mergeSighting } from '../../../../core/metrics/targets/merge-sighting.ts';
import type { TargetSighting } from '../../../../core/metrics/targets/sighting.ts';
import { MAX_METRICS_PER_TARGET, type Target } from '../../../../core/metrics/targets/target.ts';

const seen = (some: Partial<TargetSighting> = {}): TargetSighting => ({
  targetId: 'a',
  profile: undefined,
  metrics: { cpu: { kind: 'gauge' } },
  firstSeen: 100,
  lastSeen: 200,
  ...some,
});
const mergeAll = (...sightings: TargetSighting[]): Target | undefined =>
  sightings.reduce<Target | undefined>((known, each) => mergeSighting('acme', known, each).target, undefined);

describe('mergeSighting', () => {
  it('creates a generic target from a first sighting without a profile', () => {
    expect(mergeAll(seen())).toEqual({
      tenantId: 'acme',
      targetId: 'a',
      profile: 'generic',
      metrics: { cpu: { kind: 'gauge' } },
      firstSeen: 100,
      lastSeen: 200,
    });
  });

  it('extends the time range and adds metrics', () => {
    const target = mergeAll(
      seen(),
      seen({ firstSeen: 50, lastSeen: 150, metrics: { mem: { kind: 'gauge', unit: 'By' } } }),
    );
    expect(target).toMatchObject({ firstSeen: 50, lastSeen: 200 });
    expect(target?.metrics).toEqual({ cpu: { kind: 'gauge' }, mem: { kind: 'gauge', unit: 'By' } });
  });

  it('keeps the rate of the newest sighting that knows one, without a write of its own', () => {
    const [older, newer] = [seen({ pointsPerHour: 60 }), seen({ lastSeen: 300, pointsPerHour: 18_000 })];
    expect(mergeAll(older, newer)?.pointsPerHour).toBe(18_000);
    expect(mergeAll(newer, older)?.pointsPerHour).toBe(18_000);
    expect(mergeAll(newer, seen({ lastSeen: 400 }))?.pointsPerHour).toBe(18_000);
    const known = mergeAll(older);
    expect(mergeSighting('acme', known, seen({ pointsPerHour: 70 })).changed).toBe(false);
  });

  it('rejects metrics by the bytes of their names, so that the item fits, and keeps what fits', () => {
    const named = (count: number, from = 0) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `${'\u{1F600}'.repeat(62)}${from + i}`,
          { kind: 'gauge' as const, unit: 'u'.repeat(63) },
        ]),
      );
    const first = mergeSighting('acme', undefined, seen({ metrics: named(600) }));
    expect(first.refused).toEqual([]);
    const second = mergeSighting('acme', first.target, seen({ metrics: named(400, 600) }));
    expect(second.refused.length).toBeGreaterThan(0);
    const listed = Object.keys(second.target.metrics);
    expect(listed.length + second.refused.length).toBe(1000);
    const bytes = listed.reduce((sum, name) => sum + Buffer.byteLength(name) + 63 + 40, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_METRIC_LIST_BYTES);
    expect(bytes).toBeGreaterThan(MAX_METRIC_LIST_BYTES - 400);
  });

  it('rejects a unit that would outgrow the item, and keeps the former one', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [
        `metric-${i}`,
        { kind: 'gauge' as const, unit: 'u'.repeat(200) },
      ]),
    );
    const full = mergeSighting('acme', undefined, seen({ metrics: many })).target;
    const longer = { 'metric-0': { kind: 'gauge' as const, unit: 'v'.repeat(100_000) } };
    const merged = mergeSighting('acme', full, seen({ metrics: longer, lastSeen: 300 }));
    expect(merged.refused).toEqual(['metric-0']);
    expect(merged.target.metrics).toMatchObject({ 'metric-0': { unit: 'u'.repeat(200) } });
  });

  it('keeps a profile until a newer sighting names another', () => {
    const named = seen({ profile: 'web' });
    expect(mergeAll(named, seen({ lastSeen: 300 }))?.profile).toBe('web');
    expect(mergeAll(named, seen({ lastSeen: 300, profile: 'app' }))?.profile).toBe('app');
    expect(mergeAll(named, seen({ lastSeen: 150, profile: 'app' }))?.profile).toBe('web');
    expect(mergeAll(seen({ lastSeen: 300 }), named)?.profile).toBe('web');
  });

  it('takes kind and unit from the newer sighting, in either order of merging', () => {
    const corrected = seen({ lastSeen: 300, metrics: { cpu: { kind: 'counter', unit: '1' } } });
    const expected = { cpu: { kind: 'counter', unit: '1' } };
    expect(mergeAll(seen(), corrected)?.metrics).toEqual(expected);
    expect(mergeAll(corrected, seen())?.metrics).toEqual(expected);
  });

  it('changes nothing if merged again', () => {
    const anySighting = fc.record({
      targetId: fc.constant('a'),
      profile: fc.constantFrom(undefined, 'web' as const, 'app' as const),
      metrics: fc.dictionary(
        fc.constantFrom('a', 'b', '__proto__', 'constructor'),
        fc.constantFrom({ kind: 'gauge' as const }, { kind: 'delta' as const, unit: '1' }),
      ),
      firstSeen: fc.nat(5),
      lastSeen: fc.integer({ min: 5, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(anySighting, { minLength: 1, maxLength: 4 }), (sightings) => {
        const known = mergeAll(...sightings);
        expect(mergeSighting('acme', known, sightings.at(-1)!)).toMatchObject({
          changed: false,
          target: known,
        });
      }),
    );
  });

  it('rejects metrics beyond the limit and keeps the known ones', () => {
    const metrics = Object.fromEntries(
      Array.from({ length: MAX_METRICS_PER_TARGET }, (_, n) => [`m${n}`, { kind: 'gauge' as const }]),
    );
    const known = mergeAll(seen({ metrics }));
    const merged = mergeSighting(
      'acme',
      known,
      seen({ metrics: { m0: { kind: 'gauge' }, late: { kind: 'gauge' } } }),
    );
    expect(merged.refused).toEqual(['late']);
    const { notices, ...target } = merged.target;
    expect(target).toEqual(known);
    expect(notices).toMatchObject([{ code: 'metrics-refused', detail: expect.stringContaining('late') }]);
  });

  it('notes refused metrics, and does not write the note again within a step', () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 1002 }, (_, i) => [`m${String(i).padStart(4, '0')}`, { kind: 'gauge' as const }]),
    );
    const first = mergeSighting('acme', undefined, seen({ metrics }));
    expect(first.target.notices).toEqual([
      {
        code: 'metrics-refused',
        at: 200,
        detail:
          '2 metrics are beyond the 1000 metrics or 300 KB of names that a target can list: m1000, m1001',
      },
    ]);
    const again = mergeSighting('acme', first.target, seen({ metrics, lastSeen: 201 }));
    expect(again.changed).toBe(false);
    const later = mergeSighting('acme', first.target, seen({ metrics, lastSeen: 200 + 3600 }));
    expect(later.changed).toBe(true);
    expect(later.target.notices).toMatchObject([{ at: 3800 }]);
    const recovered = mergeSighting('acme', first.target, seen({ metrics: {}, lastSeen: 200 + 7 * 86_400 }));
    expect(recovered.target.notices, 'it ends after a week').toBeUndefined();
  });

  it('keeps the newest note of each kind', () => {
    const parked = (at: number) => ({ code: 'points-parked' as const, at, detail: `at ${at}` });
    const target = mergeAll(
      seen({ notices: [parked(100)] }),
      seen({ notices: [parked(150), parked(120)] }),
      seen({ notices: [parked(90)] }),
    );
    expect(target?.notices).toEqual([parked(150)]);
  });
});
