import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areRelated, overlap } from '../../../../core/incidents/grouping/are-related.ts';
import { groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import { absorbedIds, unchanged } from '../../../../core/incidents/grouping/grouping-result.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { dedupKey, type TriggerSignal } from '../../../../core/incidents/signal.ts';
import { anomaly, contextAt } from './signals.ts';

const { windowSeconds, reopenWindowSeconds } = INCIDENT_POLICY;
const AT = 1_000_000;
/** An incident whose only signal is over at once. */
const incidentOf = (signal: TriggerSignal, over: Partial<Incident> = {}): Incident => {
  const earlyEnds = new Map([[dedupKey(signal), signal.at]]);
  return { ...groupSignal([], signal, contextAt(signal.at, { earlyEnds })).incident!, ...over };
};
const related = (a: Incident, b: Incident) => areRelated(a, b, contextAt(AT));

describe('two incidents', () => {
  const web = incidentOf(anomaly('web', AT));

  it('are one if they touch the same target or neighbours within the window', () => {
    const isOne = (target: string, gap: number, metric = 'disk') =>
      related(web, incidentOf(anomaly(target, AT + gap, { metric })));
    expect([isOne('web', 0), isOne('app', 0), isOne('db', 0), isOne('lonely', 0)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([isOne('app', windowSeconds), isOne('app', windowSeconds + 1)]).toEqual([true, false]);
  });

  it('are one if the same signal comes back within the reopening window', () => {
    const again = (gap: number) => related(web, incidentOf(anomaly('web', AT + gap)));
    expect([again(windowSeconds + 1), again(reopenWindowSeconds), again(reopenWindowSeconds + 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are one if they have a cause in common', () => {
    const far = (causeKeys: readonly string[], gap = 0) =>
      related(
        { ...web, causeKeys: ['x', 'deploy-41'] },
        incidentOf(anomaly('lonely', AT + gap), { causeKeys }),
      );
    expect([far(['deploy-41']), far(['deploy-42']), far([])]).toEqual([true, false, false]);
    expect(far(['deploy-41'], windowSeconds + 1)).toBe(false);
  });

  it('of two tenants are never one', () => {
    expect(related(web, { ...web, tenantId: 't2' })).toBe(false);
  });

  it('are compared by the whole span of each', () => {
    const long = { ...web, startedAt: AT - 5000, lastAt: AT + 5000 };
    expect(related(long, incidentOf(anomaly('app', AT + 5000 + windowSeconds)))).toBe(true);
    expect(related(long, incidentOf(anomaly('app', AT - 5000 - windowSeconds)))).toBe(true);
    expect(related(long, incidentOf(anomaly('app', AT + 5001 + windowSeconds)))).toBe(false);
  });

  it('are related in both directions, for any spans and targets', () => {
    const incident = fc
      .record({
        target: fc.constantFrom('web', 'app', 'db', 'lonely'),
        at: fc.integer({ min: AT, max: AT + 30_000 }),
        lasts: fc.nat(9000),
        metric: fc.constantFrom('cpu', 'disk'),
      })
      .map(({ target, at, lasts, metric }) =>
        incidentOf(anomaly(target, at, { metric }), { lastAt: at + lasts }),
      );
    fc.assert(
      fc.property(incident, incident, (a, b) => {
        expect(related(a, b)).toBe(related(b, a));
        expect(related(a, a)).toBe(true);
      }),
    );
  });
});

describe('lists', () => {
  it('overlap if they share an element', () => {
    expect([
      overlap(['a', 'b'], ['c', 'b']),
      overlap(['a'], ['b']),
      overlap([], ['a']),
      overlap(['a'], []),
    ]).toEqual([true, false, false, false]);
  });

  it('of absorbed incidents are sorted and leave out the survivor', () => {
    const named = (incidentId: string) => ({ ...incidentOf(anomaly('web', AT)), incidentId });
    expect(absorbedIds(['c', 'a', 'd', 'b'].map(named), named('d'))).toEqual(['a', 'b', 'c']);
    expect(absorbedIds([named('d')], named('d'))).toEqual([]);
  });
});

describe('a signal that changes no incident', () => {
  it('absorbs nothing and leaves nothing to do', () => {
    expect(unchanged('ignored', null)).toEqual({
      incident: null,
      change: { kind: 'ignored', absorbed: [], isUnfinished: false },
    });
  });
});
