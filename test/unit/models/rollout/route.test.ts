import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryFor, routeOf, WATCH_SECONDS } from '../../../../core/models/rollout/route.ts';
import { positionOf } from '../../../../core/models/rollout/stable-share.ts';
import { RoutingTable } from '../../../../core/models/routing-table.ts';
import { NOW, sampleLineUp } from '../samples.ts';

const question = (series: string, now = NOW) => ({ tenantId: 'acme', series, now });
const OWN = { follows: 'own' as const, pinned: null };

const challenged = (share: number, enrolled = share, rolloutId = 'rollout-1') =>
  sampleLineUp({
    challenger: {
      ...{ version: '0.1.0', stage: share === 0 ? 'shadow' : 'canary', share, enrolled },
      ...{ rolloutId, fence: 1, leaseUntil: NOW + 60 },
    },
  });

const name = fc.string({ minLength: 1, maxLength: 20 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the position of a unit', () => {
  it('is in [0, 1), the same every time, and other in another rollout', () => {
    fc.assert(
      fc.property(name, name, (rollout, unit) => {
        const position = positionOf(rollout, unit);
        expect(position).toBe(positionOf(rollout, unit));
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThan(1);
        expect(positionOf(`${rollout}!`, unit)).not.toBe(position);
      }),
    );
  });

  it.each([0.05, 0.1, 0.25, 0.5])('puts a share of %d in within one percentage point', (wanted) => {
    const units = Array.from({ length: 20_000 }, (_, index) => `acme/server-${index}/cpu`);
    const inside = units.filter((unit) => positionOf('rollout-7', unit) < wanted).length;
    expect(Math.abs(inside / units.length - wanted)).toBeLessThan(0.01);
  });
});

describe('a route', () => {
  it('keeps a series that the candidate serves when the share grows', () => {
    fc.assert(
      fc.property(name, share, share, (series, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const at = (part: number) => routeOf(challenged(part), OWN, question(series)).serves === '0.1.0';
        if (at(small)) expect(at(large)).toBe(true);
      }),
    );
  });

  it('computes both versions for every series, and serves the champion outside of the share', () => {
    fc.assert(
      fc.property(name, share, share, (series, served, more) => {
        const enrolled = Math.min(1, served + more);
        const route = routeOf(challenged(served, enrolled), OWN, question(series));
        const position = positionOf('rollout-1', `acme/${series}`);
        expect(new Set([route.serves, route.shadow])).toEqual(new Set(['0.0.0', '0.1.0']));
        expect(route.serves).toBe(position < served ? '0.1.0' : '0.0.0');
        const arms = position < enrolled ? ['candidate', 'control'] : ['candidate', 'outside'];
        expect(route.arm).toBe(position < served ? arms[0] : arms[1]);
      }),
    );
  });

  it('serves nobody with a shadow and everybody at a share of 1', () => {
    fc.assert(
      fc.property(name, (series) => {
        expect(routeOf(challenged(0), OWN, question(series)).serves).toBe('0.0.0');
        expect(routeOf(challenged(1), OWN, question(series)).serves).toBe('0.1.0');
      }),
    );
  });

  it('takes a whole tenant in where the line-up is shared', () => {
    const all = (tenantId: string) =>
      new Set(
        Array.from(
          { length: 30 },
          (_, index) =>
            routeOf(
              challenged(0.5),
              { follows: 'shared', pinned: null },
              { tenantId, series: `s${index}`, now: NOW },
            ).serves,
        ),
      );
    const served = Array.from({ length: 40 }, (_, index) => [...all(`tenant-${index}`)]);
    expect(served.every((versions) => versions.length === 1)).toBe(true);
    expect(new Set(served.flat())).toEqual(new Set(['0.0.0', '0.1.0']));
  });

  it('computes the version before it beside a new champion for a day', () => {
    const lineUp = sampleLineUp({ champion: '0.1.0', championSince: NOW, former: ['0.0.0'] });
    const at = (now: number) => routeOf(lineUp, undefined, question('s', now));
    expect(at(NOW + WATCH_SECONDS - 1)).toEqual({ serves: '0.1.0', shadow: '0.0.0', arm: 'outside' });
    expect(at(NOW + WATCH_SECONDS).shadow).toBeNull();
    expect(routeOf(sampleLineUp(), undefined, question('s')).shadow).toBeNull();
  });

  it('follows a pin to the champion or an earlier one, and to no other version', () => {
    const lineUp = { ...challenged(1), former: ['0.0.9'] };
    const pinned = (version: string) => routeOf(lineUp, { ...OWN, pinned: version }, question('s'));
    expect(pinned('0.0.9')).toEqual({ serves: '0.0.9', shadow: null, arm: 'outside' });
    expect(pinned('0.0.0').serves).toBe('0.0.0');
    // Rolled back, or not yet champion: the pin has no effect.
    for (const version of ['0.0.5', '0.1.0']) expect(pinned(version).shadow).toBe('0.0.0');
  });
});

describe('a routing table', () => {
  const entry = (region: string | null) => ({
    kind: 'network',
    region,
    follows: 'own' as const,
    pinned: null,
  });

  it('has an entry for a region before the one for all', () => {
    const table = { entries: [entry(null), entry('eu')] };
    expect(entryFor(table, 'network', 'eu')?.region).toBe('eu');
    expect(entryFor(table, 'network', 'us')?.region).toBeNull();
    expect(entryFor(table, 'network', null)?.region).toBeNull();
    expect(entryFor(table, 'fleet-trees', 'eu')).toBeUndefined();
    expect(entryFor({ entries: [entry('eu')] }, 'network', 'us')).toBeUndefined();
  });

  it('has one entry for each kind and region', () => {
    expect(RoutingTable.safeParse({ entries: [entry('eu'), entry(null)] }).success).toBe(true);
    expect(RoutingTable.safeParse({ entries: [entry('eu'), entry('eu')] }).success).toBe(false);
  });
});
