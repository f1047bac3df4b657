import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_METRICS_PER_TARGET, mergeSighting } from '../../../../core/metrics/targets/merge-sighting.ts';
import type { TargetSighting } from '../../../../core/metrics/targets/sighting.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';

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

  it('keeps a profile until a newer sighting names another', () => {
    const named = seen({ profile: 'web' });
    expect(mergeAll(named, seen({ lastSeen: 300 }))?.profile).toBe('web');
    expect(mergeAll(named, seen({ lastSeen: 300, profile: 'app' }))?.profile).toBe('app');
    expect(mergeAll(named, seen({ lastSeen: 150, profile: 'app' }))?.profile).toBe('web');
    expect(mergeAll(seen({ lastSeen: 300 }), named)?.profile).toBe('web');
  });

  it('takes kind and unit from the newer sighting, whichever is merged first', () => {
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

  it('refuses metrics beyond the limit and keeps the known ones', () => {
    const metrics = Object.fromEntries(
      Array.from({ length: MAX_METRICS_PER_TARGET }, (_, n) => [`m${n}`, { kind: 'gauge' as const }]),
    );
    const known = mergeAll(seen({ metrics }));
    const merged = mergeSighting(
      'acme',
      known,
      seen({ metrics: { m0: { kind: 'gauge' }, late: { kind: 'gauge' } } }),
    );
    expect(merged).toEqual({ target: known, changed: false, refused: ['late'] });
  });
});
