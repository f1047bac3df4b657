import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyResult, groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { resolveQuiet } from '../../../../core/incidents/lifecycle/resolve-quiet.ts';
import { byTime, dedupKey, describeSignal, type Signal } from '../../../../core/incidents/signal.ts';
import {
  alarm,
  anomaly,
  anomalyEnd,
  breach,
  breachEnd,
  content,
  contextAt,
  foldAll,
  foldRemembering,
  isNear,
} from './signals.ts';

const only = (incidents: readonly Incident[]) => {
  expect(incidents).toHaveLength(1);
  return Object.values(incidents[0]!.members)[0]!;
};

describe('the end of the warning of a breach', () => {
  it('ends its member until the breach is announced again', () => {
    const ended = foldAll([breach('db', 1000), breachEnd('db', 9000)]);
    expect(only(ended)).toMatchObject({ kind: 'predicted-breach', isActive: false, lastAt: 9000 });
    expect(ended[0]!.timeline.at(-1)?.text).toBe('disk of db is no longer predicted to breach its threshold');
    const again = foldAll([breach('db', 1000), breachEnd('db', 9000), breach('db', 9600)]);
    expect(only(again)).toMatchObject({ isActive: true, count: 2 });
  });

  it('is not undone by an announcement from before it, in any order', () => {
    const signals = [breach('db', 1000), breach('db', 4600), breachEnd('db', 8200)];
    for (const order of [signals, signals.toReversed(), [signals[0]!, signals[2]!, signals[1]!]])
      expect(only(foldRemembering(order))).toMatchObject({ isActive: false, lastAt: 8200 });
  });
});

describe('the end of an anomaly', () => {
  it('ends its member, adds to the timeline, and dates the end of the incident', () => {
    const incidents = foldAll([anomaly('db', 1000), anomalyEnd('db', 4000)]);
    expect(only(incidents)).toMatchObject({ isActive: false, lastAt: 4000, count: 1 });
    expect(incidents[0]!.timeline.map(({ kind, text }) => [kind, text]).at(-1)).toEqual([
      'cleared',
      'cpu of db is back to normal',
    ]);
    expect(resolveQuiet(incidents[0]!, 4899, INCIDENT_POLICY)).toBeNull();
    expect(resolveQuiet(incidents[0]!, 4900, INCIDENT_POLICY)).toMatchObject({ resolvedAt: 4000 });
  });

  it('is that of a single unusual point if both have the same time', () => {
    expect(only(foldAll([anomaly('db', 1000), anomalyEnd('db', 1000)])).isActive).toBe(false);
    const signals = [anomalyEnd('db', 1000), anomaly('db', 1000)];
    expect(signals.toSorted(byTime).map(({ kind }) => kind)).toEqual(['anomaly', 'anomaly-end']);
  });

  it('that is late does not end a member that began again', () => {
    const again = foldAll([anomaly('db', 1000), anomaly('db', 3000), anomalyEnd('db', 1500)]);
    expect(only(again)).toMatchObject({ isActive: true, count: 2 });
    expect(only(foldAll([anomaly('db', 1000), anomalyEnd('db', 1500), anomaly('db', 3000)])).isActive).toBe(
      true,
    );
  });

  it('never reopens, and concerns no other metric, target or kind', () => {
    const resolved = foldAll([anomaly('db', 1000), anomalyEnd('db', 1100)]).map(
      (incident) => resolveQuiet(incident, 5000, INCIDENT_POLICY)!,
    );
    expect(groupSignal(resolved, anomalyEnd('db', 1200), contextAt(5000))).toMatchObject({
      incident: null,
      change: { kind: 'early-end' },
    });
    const going = foldAll([anomaly('db', 1000), alarm('db', 1001, 'ALARM', { alarmName: 'cpu' })]);
    for (const end of [
      anomalyEnd('db', 1200, { metric: 'other' }),
      anomalyEnd('app', 1200),
      anomalyEnd('db', 1200, { tenantId: 't2' }),
    ])
      expect(groupSignal(going, end, contextAt(1230)).change.kind).toBe('early-end');
    const ended = groupSignal(going, anomalyEnd('db', 1200), contextAt(1230)).incident!;
    expect(Object.values(ended.members).map(({ kind, isActive }) => [kind, isActive])).toEqual([
      ['anomaly', false],
      ['alarm', true],
    ]);
  });

  it('that arrived before its beginning still ends it', () => {
    const context = contextAt(1600, { earlyEnds: new Map([[dedupKey(anomaly('db', 0)), 1500]]) });
    const { incident, change } = groupSignal([], anomaly('db', 1000), context);
    expect(change.kind).toBe('opened');
    expect(incident).toMatchObject({
      lastAt: 1500,
      members: { [dedupKey(anomaly('db', 0))]: { isActive: false } },
    });
    expect(Object.values(groupSignal([], anomaly('db', 1501), context).incident!.members)[0]!.isActive).toBe(
      true,
    );
  });

  it('can extend an incident so that it merges with another', () => {
    const apart = foldAll([anomaly('db', 1000), anomaly('app', 10_000)], { isNear });
    expect(apart).toHaveLength(2);
    const joined = groupSignal(apart, anomalyEnd('db', 9500), contextAt(10_100));
    expect(joined.change).toMatchObject({ kind: 'merged', absorbed: [apart[1]!.incidentId] });
    expect(applyResult(apart, joined)).toHaveLength(1);
  });

  it('changes nothing if it arrives twice, or after a later one', () => {
    const incidents = foldAll([anomaly('db', 1000), anomalyEnd('db', 1500)]);
    expect(groupSignal(incidents, anomalyEnd('db', 1500), contextAt(1600)).change.kind).toBe('duplicate');
    const other = anomalyEnd('db', 1400, { signalId: 'another' });
    expect(groupSignal(incidents, other, contextAt(1600)).change.kind).toBe('ignored');
  });

  it('is described in a sentence', () => {
    expect(describeSignal(anomalyEnd('db', 1))).toBe('cpu of db is back to normal');
  });
});

describe('beginnings and ends in any order', () => {
  /** Some episodes of some metrics and alarms: each begins, and most end before the next begins. */
  const episodes = fc.array(
    fc.record({
      target: fc.constantFrom('web', 'app', 'db', 'lonely'),
      isAlarm: fc.boolean(),
      lengths: fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1, max: 2000 })), {
        minLength: 1,
        maxLength: 3,
      }),
      isOpenEnded: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  );
  type Episodes = typeof episodes extends fc.Arbitrary<infer T> ? T : never;
  const build = (parts: Episodes): Signal[] =>
    parts.flatMap(({ target, isAlarm, lengths, isOpenEnded }, series) => {
      let at = 1000;
      return lengths.flatMap(([length, pause], i): Signal[] => {
        const [from, to] = [at, at + length + (isAlarm ? 1 : 0)];
        at = to + pause;
        const name = { alarmName: `a${series}`, metric: `m${series}` };
        const begin = isAlarm
          ? alarm(target, from, 'ALARM', { alarmName: name.alarmName, signalId: `${series}-${i}` })
          : anomaly(target, from, { metric: name.metric, signalId: `${series}-${i}` });
        const end = isAlarm
          ? alarm(target, to, 'OK', { alarmName: name.alarmName, signalId: `${series}-${i}-end` })
          : anomalyEnd(target, to, { metric: name.metric, signalId: `${series}-${i}-end` });
        return isOpenEnded && i === lengths.length - 1 ? [begin] : [begin, end];
      });
    });
  const activity = (incidents: readonly Incident[]) =>
    incidents
      .flatMap(({ members }) => Object.values(members).map(({ key, isActive }) => `${key} ${isActive}`))
      .sort();

  it('leave the same members active, exactly those that have not ended', () => {
    fc.assert(
      fc.property(
        episodes.chain((parts) =>
          fc.tuple(fc.constant(parts), fc.shuffledSubarray(build(parts), { minLength: build(parts).length })),
        ),
        ([parts, shuffled]) => {
          const inOrder = foldRemembering(build(parts).toSorted(byTime));
          const other = foldRemembering(shuffled);
          expect(activity(other)).toEqual(activity(inOrder));
          const open = parts.filter(({ isOpenEnded }) => isOpenEnded).length;
          const active = inOrder.flatMap(({ members }) => Object.values(members)).filter((m) => m.isActive);
          expect(active).toHaveLength(open);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('give the same incidents, even if everything arrives twice', () => {
    fc.assert(
      fc.property(
        episodes.chain((parts) =>
          fc.tuple(
            fc.constant(parts),
            fc.shuffledSubarray([...build(parts), ...build(parts)], { minLength: 2 * build(parts).length }),
          ),
        ),
        ([parts, shuffled]) => {
          const together = (incidents: readonly Incident[]) =>
            new Set(incidents.map(({ members }) => new Set(Object.keys(members))));
          const inOrder = foldRemembering(build(parts).toSorted(byTime));
          expect(together(foldRemembering(shuffled))).toEqual(together(inOrder));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('count each beginning once', () => {
    expect(content(foldRemembering([alarm('db', 5, 'OK'), alarm('db', 1), alarm('db', 1)]))).toEqual(
      content(foldRemembering([alarm('db', 1), alarm('db', 5, 'OK')])),
    );
  });
});
