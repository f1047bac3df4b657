import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyResult, groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { resolveQuiet } from '../../../../core/incidents/lifecycle/resolve-quiet.ts';
import { hasRisen } from '../../../../core/incidents/severity.ts';
import type { Signal } from '../../../../core/incidents/signal.ts';
import { nearness } from '../../../../core/incidents/topology/nearness.ts';
import {
  alarm,
  anomaly,
  anomalyEnd,
  breach,
  change,
  content,
  contextAt,
  foldAll,
  isNear,
} from './signals.ts';

describe('grouping related signals', () => {
  it('opens one incident for signals near each other in time and topology', () => {
    const incidents = foldAll([anomaly('db', 1000), alarm('app', 1100), breach('web', 1300)]);
    expect(incidents).toHaveLength(1);
    expect(Object.keys(incidents[0]!.members)).toHaveLength(3);
    expect(incidents[0]).toMatchObject({ startedAt: 1000, lastAt: 1300, detectedAt: 1030, status: 'open' });
  });

  it('separates signals that are far apart in topology or time, or of another tenant', () => {
    expect(foldAll([anomaly('db', 1000), anomaly('lonely', 1000)])).toHaveLength(2);
    const later = 1000 + INCIDENT_POLICY.windowSeconds + 1;
    expect(foldAll([anomaly('db', 1000), anomalyEnd('db', 1000), anomaly('app', later)])).toHaveLength(2);
    expect(foldAll([anomaly('db', 1000), anomaly('app', 1000, { tenantId: 't2' })])).toHaveLength(2);
  });

  it('joins targets without topology that share a cause', () => {
    const causeKeys = ['zone:eu-west-1a'];
    expect(
      foldAll([anomaly('db', 1000, { causeKeys }), alarm('lonely', 1200, 'ALARM', { causeKeys })]),
    ).toHaveLength(1);
  });

  it('merges two incidents when a signal connects them, and the older one survives', () => {
    const far = nearness(
      {
        nodes: [],
        edges: [
          ['web', 'app'],
          ['app', 'db'],
        ],
      },
      1,
    );
    const apart = foldAll([anomaly('db', 1000), anomaly('web', 1100)], { isNear: far });
    expect(apart).toHaveLength(2);
    const { incident, change: done } = groupSignal(
      apart,
      anomaly('app', 1200),
      contextAt(1230, { isNear: far }),
    );
    expect(done).toMatchObject({ kind: 'merged', absorbed: [apart[1]!.incidentId] });
    expect(incident?.incidentId).toBe(apart[0]!.incidentId);
    expect(applyResult(apart, { incident, change: done })).toHaveLength(1);
  });

  it('opens one incident for a storm of 500 related events', () => {
    const targets = Array.from({ length: 100 }, (_, i) => `host-${i}`);
    const tree = nearness({
      nodes: targets,
      edges: targets.slice(1).map((t, i) => [targets[i >> 1]!, t] as const),
    });
    const storm = Array.from({ length: 500 }, (_, i): Signal => {
      const target = targets[(i * 37) % 100]!;
      const at = 5000 + ((i * 13) % 600);
      const signalId = `storm-${i}`;
      if (i % 3 === 0) return alarm(target, at, 'ALARM', { signalId, alarmName: `alarm-${i % 7}` });
      return i % 3 === 1
        ? anomaly(target, at, { signalId, metric: `m${i % 5}` })
        : breach(target, at, { signalId });
    });
    const incidents = foldAll(storm, { isNear: tree });
    expect(incidents).toHaveLength(1);
    expect(incidents[0]!.severity).toBe('critical');
    expect(incidents[0]!.timeline.length).toBeLessThanOrEqual(200);
    expect(Object.values(incidents[0]!.members).reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });
});

describe('repeats', () => {
  it('changes nothing for a redelivered signal', () => {
    const incidents = foldAll([anomaly('db', 1000), alarm('db', 1010)]);
    const again = groupSignal(incidents, anomaly('db', 1000), contextAt(9000));
    expect(again.change.kind).toBe('duplicate');
    expect(applyResult(incidents, again)).toBe(incidents);
  });

  it('counts a repeat within the TTL without announcing it, and announces one after it', () => {
    const incidents = foldAll([anomaly('db', 1000)]);
    const soon = groupSignal(incidents, anomaly('db', 1300), contextAt(1330));
    expect(soon.change.kind).toBe('repeated');
    expect(Object.values(soon.incident!.members)[0]!.count).toBe(2);
    expect(soon.incident!.timeline).toHaveLength(1);
    const late = groupSignal(
      incidents,
      anomaly('db', 1000 + INCIDENT_POLICY.dedupTtlSeconds + 1),
      contextAt(4000),
    );
    expect(late.change.kind).toBe('joined');
    expect(late.incident!.timeline.map(({ kind }) => kind)).toEqual(['opened', 'joined']);
  });

  const signals = fc.array(
    fc.record({
      target: fc.constantFrom('web', 'app', 'db', 'lonely'),
      at: fc.integer({ min: 0, max: 60_000 }),
      kind: fc.constantFrom('anomaly', 'breach', 'alarm'),
      cause: fc.option(fc.constantFrom('zone:a', 'zone:b'), { nil: undefined }),
    }),
    { maxLength: 24 },
  );
  const build = (
    parts: readonly { target: string; at: number; kind: string; cause: string | undefined }[],
  ): Signal[] =>
    parts.map(({ target, at, kind, cause }, i) => {
      const more = { signalId: `s${i}`, ...(cause === undefined ? {} : { causeKeys: [cause] }) };
      if (kind === 'alarm') return alarm(target, at, 'ALARM', more);
      return kind === 'breach' ? breach(target, at, more) : anomaly(target, at, more);
    });

  it('ends with the same incidents if every signal arrives twice', () => {
    fc.assert(
      fc.property(signals, (parts) => {
        const once = build(parts);
        expect(content(foldAll([...once, ...once]))).toEqual(content(foldAll(once)));
      }),
    );
  });

  it('ends with the same incidents for any order of signals', () => {
    fc.assert(
      fc.property(
        signals.chain((parts) =>
          fc.tuple(fc.constant(parts), fc.shuffledSubarray(build(parts), { minLength: parts.length })),
        ),
        ([parts, reordered]) => {
          expect(content(foldAll(reordered))).toEqual(content(foldAll(build(parts))));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('alarms that end and recur', () => {
  it('ends the member of an alarm that is OK again, and ignores an older report', () => {
    const incidents = foldAll([alarm('db', 1000), alarm('db', 1200, 'OK')]);
    const member = Object.values(incidents[0]!.members)[0]!;
    expect(member).toMatchObject({ isActive: false, lastAt: 1200, count: 1 });
    const back = foldAll([alarm('db', 1000), alarm('db', 1500), alarm('db', 1200, 'OK')]);
    expect(Object.values(back[0]!.members)[0]).toMatchObject({ isActive: true, lastAt: 1500 });
  });

  it.each([
    ['an OK', alarm('db', 1000, 'OK'), 'early-end'],
    ['the end of an anomaly', anomalyEnd('db', 1000), 'early-end'],
    ['missing data', alarm('db', 1000, 'INSUFFICIENT_DATA'), 'ignored'],
    ['a change', change('db', 1000), 'ignored'],
  ])('opens nothing for %s alone', (_, signal, kind) => {
    expect(groupSignal([], signal, contextAt(1030))).toMatchObject({ incident: null, change: { kind } });
  });

  it.each([300, 900, 1500, 2700, 5400])(
    'does not reopen ten times when an alarm flaps every %i s',
    (period) => {
      let incidents: readonly Incident[] = [];
      const ids = new Set<string>();
      for (let flap = 0; flap < 20; flap++) {
        const start = 10_000 + flap * period;
        for (const signal of [alarm('db', start), alarm('db', start + 60, 'OK')]) {
          incidents = applyResult(incidents, groupSignal(incidents, signal, contextAt(signal.at)));
        }
        for (let now = start + 60; now < start + period; now += 60) {
          incidents = incidents.map((incident) => resolveQuiet(incident, now, INCIDENT_POLICY) ?? incident);
        }
        for (const { incidentId } of incidents) ids.add(incidentId);
      }
      expect(ids.size).toBe(1);
      expect(incidents[0]!.reopenCount).toBeLessThanOrEqual(3);
    },
  );

  it('opens another incident after the reopening window', () => {
    const ended = foldAll([alarm('db', 1000), alarm('db', 1200, 'OK')]).map(
      (incident) => resolveQuiet(incident, 3000, INCIDENT_POLICY)!,
    );
    const later = 1200 + INCIDENT_POLICY.reopenWindowSeconds + 1;
    expect(groupSignal(ended, alarm('db', later), contextAt(later)).change.kind).toBe('opened');
    expect(groupSignal(ended, alarm('db', later - 2), contextAt(later)).change.kind).toBe('reopened');
    expect(groupSignal(ended, anomaly('db', 1100), contextAt(later)).change.kind).toBe('opened');
    expect(groupSignal(ended, alarm('db', 1100), contextAt(later))).toMatchObject({
      change: { kind: 'repeated' },
      incident: { status: 'resolved' },
    });
  });
});

describe('changes as evidence', () => {
  it('attaches a change during an incident once', () => {
    const incidents = foldAll([anomaly('db', 1000)]);
    const attached = groupSignal(incidents, change('app', 900), contextAt(1100));
    expect(attached.change.kind).toBe('change-attached');
    expect(attached.incident!.changes).toHaveLength(1);
    const after = applyResult(incidents, attached);
    expect(groupSignal(after, change('app', 900), contextAt(1200)).change.kind).toBe('duplicate');
  });

  it('attaches changes shortly before it when it opens, and no others', () => {
    const recentChanges = [
      change('app', 900),
      change('lonely', 900),
      change('db', 20_000 - INCIDENT_POLICY.changeLookBackSeconds - 1),
      change('db', 19_000, { tenantId: 't2' }),
    ];
    const { incident } = groupSignal([], anomaly('db', 2000), contextAt(2030, { recentChanges, isNear }));
    expect(incident!.changes.map(({ targetId }) => targetId)).toEqual(['app']);
    expect(incident!.timeline.map(({ kind }) => kind)).toEqual(['change', 'opened']);
  });
});

describe('severity', () => {
  it('grows with targets, kinds of evidence and nearness of impact, and reports when it has risen', () => {
    const far = foldAll([breach('db', 1000, { timeToImpactSeconds: 8 * 3600 })]);
    expect(far[0]!.severity).toBe('low');
    expect(foldAll([breach('db', 1000, { timeToImpactSeconds: 2 * 3600 })])[0]!.severity).toBe('low');
    expect(foldAll([breach('db', 1000, { timeToImpactSeconds: 600 })])[0]!.severity).toBe('medium');
    expect(foldAll([breach('db', 1000, { timeToImpactSeconds: null })])[0]!.severity).toBe('low');
    const raised = groupSignal(far, alarm('db', 1100), contextAt(1130));
    expect(raised.incident?.severity).toBe('high');
    expect(hasRisen(far[0]!.severity, raised.incident!.severity)).toBe(true);
    expect(hasRisen('high', 'high')).toBe(false);
    expect(hasRisen('high', 'medium')).toBe(false);
    const wide = foldAll([alarm('db', 1000), alarm('app', 1001), alarm('web', 1002), anomaly('db', 1003)]);
    expect(wide[0]!.severity).toBe('high');
  });
});
