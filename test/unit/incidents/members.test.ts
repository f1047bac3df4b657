import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endMember,
  joinMemberSets,
  joinMembers,
  memberOf,
  onsetsOf,
  subjectOf,
} from '../../../core/incidents/members.ts';
import type { TriggerSignal } from '../../../core/incidents/signal.ts';
import { alarm, anomaly, breach } from './grouping/signals.ts';

describe('a member of one signal', () => {
  it('holds its time, kind, target and key', () => {
    expect(memberOf(anomaly('db', 1000, { confidence: 0.7 }))).toEqual({
      key: '["t1","db","anomaly","cpu"]',
      kind: 'anomaly',
      targetId: 'db',
      firstAt: 1000,
      lastAt: 1000,
      count: 1,
      isActive: true,
      confidence: 0.7,
      impactAt: null,
    });
  });

  it.each([
    ['an anomaly: its confidence', anomaly('a', 0, { confidence: 0.6 }), 0.6, null],
    ['a breach: its probability, and the time of impact', breach('a', 100), 0.8, 1900],
    ['a breach without a time', breach('a', 100, { timeToImpactSeconds: null }), 0.8, null],
    ['an alarm: certainty', alarm('a', 100), 1, null],
  ])('takes from %s', (_, signal, confidence, impactAt) => {
    expect(memberOf(signal)).toMatchObject({ confidence, impactAt });
  });

  it('keeps the metric that an alarm watches', () => {
    expect(memberOf(alarm('a', 1, 'ALARM', { watches: 'AWS/RDS CPU' })).watches).toBe('AWS/RDS CPU');
    expect(memberOf(alarm('a', 1))).not.toHaveProperty('watches');
  });

  it.each([
    ['before it', 900, true, 1000],
    ['at the same time', 1000, false, 1000],
    ['after it', 1100, false, 1100],
  ])('is over or active if its end came first and lies %s', (_, endedAt, isActive, lastAt) => {
    expect(memberOf(anomaly('a', 1000), endedAt)).toMatchObject({ isActive, lastAt, endedAt });
  });

  it('of an alarm stays active if OK and ALARM have the same second', () => {
    expect(memberOf(alarm('a', 1000), 1000).isActive).toBe(true);
    expect(memberOf(alarm('a', 1000), 1001).isActive).toBe(false);
  });

  it('names the metric or alarm with any characters', () => {
    expect(subjectOf(memberOf(anomaly('a', 1, { metric: 'p99 "x", [y]' })))).toBe('p99 "x", [y]');
    expect(subjectOf(memberOf(alarm('a', 1)))).toBe('a-errors');
    expect(subjectOf({ key: '{}' })).toBe('');
  });
});

describe('the end of a member', () => {
  const member = memberOf(anomaly('a', 1000));

  it('makes it inactive and extends it', () => {
    expect(endMember(member, 1200)).toMatchObject({ isActive: false, lastAt: 1200, endedAt: 1200 });
  });

  it('leaves it active if it began later', () => {
    expect(endMember(member, 900)).toMatchObject({ isActive: true, lastAt: 1000, endedAt: 900 });
  });

  it('is the newest of several', () => {
    expect(endMember(endMember(member, 1300), 1200)).toMatchObject({ lastAt: 1300, endedAt: 1300 });
    expect(endMember(endMember(member, 1200), 1300)).toMatchObject({ lastAt: 1300, endedAt: 1300 });
  });
});

describe('joined members', () => {
  it('count their signals and keep the widest span and the highest confidence', () => {
    const joined = joinMembers(
      memberOf(anomaly('a', 2000, { confidence: 0.6 })),
      memberOf(anomaly('a', 1000, { confidence: 0.9 })),
    );
    expect(joined).toMatchObject({ firstAt: 1000, lastAt: 2000, count: 2, confidence: 0.9 });
    expect(onsetsOf(joined)).toEqual([1000, 2000]);
  });

  it('keep the earliest impact, also if one has none', () => {
    const without = memberOf(breach('a', 300, { timeToImpactSeconds: null }));
    const late = memberOf(breach('a', 100, { timeToImpactSeconds: 900 }));
    const soon = memberOf(breach('a', 200, { timeToImpactSeconds: 600 }));
    expect(joinMembers(late, soon).impactAt).toBe(800);
    expect(joinMembers(without, late).impactAt).toBe(1000);
    expect(joinMembers(late, without).impactAt).toBe(1000);
    expect(joinMembers(without, without).impactAt).toBeNull();
  });

  it('of a breach have one onset, because every run predicts it again', () => {
    expect(onsetsOf(joinMembers(memberOf(breach('a', 100)), memberOf(breach('a', 3700))))).toEqual([100]);
  });

  it('keep the first onset and the newest eight others', () => {
    const times = Array.from({ length: 12 }, (_, i) => 1000 + 100 * i);
    const joined = times.map((at) => memberOf(anomaly('a', at))).reduce(joinMembers);
    expect(onsetsOf(joined)).toEqual([1000, ...times.slice(-8)]);
    expect(joined.count).toBe(12);
  });

  it('do not count an onset twice', () => {
    expect(joinMembers(memberOf(anomaly('a', 1)), memberOf(anomaly('a', 1)))).not.toHaveProperty('onsets');
  });

  it('are active again if one began after the newest end', () => {
    const ended = endMember(memberOf(anomaly('a', 1000)), 1500);
    expect(joinMembers(ended, memberOf(anomaly('a', 1400))).isActive).toBe(false);
    expect(joinMembers(ended, memberOf(anomaly('a', 1600))).isActive).toBe(true);
    expect(joinMembers(memberOf(anomaly('a', 1600)), ended)).toMatchObject({ isActive: true, endedAt: 1500 });
  });

  it('choose one of two watched metrics regardless of the order', () => {
    const [a, b] = ['AWS/A', 'AWS/B'].map((watches) => memberOf(alarm('x', 1, 'ALARM', { watches })));
    const none = memberOf(alarm('x', 1));
    expect(joinMembers(a!, b!).watches).toBe('AWS/A');
    expect(joinMembers(b!, a!).watches).toBe('AWS/A');
    expect(joinMembers(none, b!).watches).toBe('AWS/B');
    expect(joinMembers(b!, none).watches).toBe('AWS/B');
    expect(joinMembers(none, none)).not.toHaveProperty('watches');
  });

  const signal = fc
    .record({ at: fc.integer({ min: 0, max: 20 }), endedAt: fc.option(fc.integer({ min: 0, max: 20 })) })
    .map(({ at, endedAt }) => ({ at, endedAt: endedAt ?? undefined }));

  it.each<[string, (at: number) => TriggerSignal]>([
    ['anomalies', (at) => anomaly('a', at)],
    ['alarms', (at) => alarm('a', at)],
    ['breaches', (at) => breach('a', at)],
  ])('of %s are the same in any order', (_, make) => {
    fc.assert(
      fc.property(fc.array(signal, { minLength: 1, maxLength: 8 }), (signals) => {
        const members = signals.map(({ at, endedAt }) => memberOf(make(at), endedAt));
        expect(members.toReversed().reduce(joinMembers)).toEqual(members.reduce(joinMembers));
      }),
    );
  });

  it('of two sets are joined key by key', () => {
    const [a, b, other] = [memberOf(anomaly('a', 1)), memberOf(anomaly('a', 2)), memberOf(anomaly('b', 3))];
    const joined = joinMemberSets({ [a.key]: a }, { [b.key]: b, [other.key]: other });
    expect(Object.keys(joined)).toEqual([a.key, other.key]);
    expect(joined[a.key]).toEqual(joinMembers(a, b));
    expect(joined[other.key]).toBe(other);
  });
});
