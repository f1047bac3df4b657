import { describe, expect, it } from 'vitest';
import {
  applyResult,
  connectIncident,
  groupSignal,
} from '../../../../core/incidents/grouping/group-signal.ts';
import type { TimelineEntry } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { resolveQuiet } from '../../../../core/incidents/lifecycle/resolve-quiet.ts';
import { addToTimeline } from '../../../../core/incidents/timeline.ts';
import { anomaly, anomalyEnd, breach, breachEnd, change, contextAt, foldAll } from './signals.ts';

const isNear = (a: string, b: string): boolean => a === b;

describe('incidents with the same signal', () => {
  it('are merged, even if hours apart', () => {
    const [early] = foldAll([anomaly('db', 1000)], { isNear });
    const [late] = foldAll([anomaly('db', 9000), anomaly('app', 9000)], { isNear: () => true });
    const result = groupSignal([early!, late!], anomaly('app', 9100), contextAt(9130, { isNear }));
    expect(result.change).toMatchObject({ kind: 'merged', absorbed: [late!.incidentId] });
    const [one, ...others] = applyResult([early!, late!], result);
    expect(others).toEqual([]);
    expect(Object.values(one!.members)).toMatchObject([
      { targetId: 'db', count: 2, firstAt: 1000, lastAt: 9000, onsets: [9000] },
      { targetId: 'app', count: 2 },
    ]);
  });
});

describe('an unfinished merge', () => {
  const near = { isNear: () => true };

  it('continues where it stopped, a few at a time', () => {
    let incidents = foldAll(
      ['a', 'b', 'c', 'd'].map((target) => anomaly(target, 1000)),
      { isNear },
    );
    expect(incidents).toHaveLength(4);
    const id = incidents[0]!.incidentId;
    for (const [left, isUnfinished] of [
      [3, true],
      [2, true],
      [1, false],
    ] as const) {
      const result = connectIncident(incidents, id, contextAt(1100, { ...near, maxAbsorbed: 1 }));
      expect(result.change).toMatchObject({ kind: 'merged', isUnfinished });
      incidents = applyResult(incidents, result);
      expect(incidents).toHaveLength(left);
    }
    expect(connectIncident(incidents, id, contextAt(1100, near)).change.kind).toBe('ignored');
  });

  it('does nothing if the incident does not exist or has ended', () => {
    const incidents = foldAll([anomaly('a', 1000), anomaly('b', 1000)], { isNear });
    expect(connectIncident(incidents, 'gone', contextAt(1100, near)).change.kind).toBe('ignored');
    const over = incidents.map((incident) => ({ ...incident, status: 'resolved' as const }));
    expect(connectIncident(over, over[0]!.incidentId, contextAt(1100, near)).change.kind).toBe('ignored');
  });
});

describe('the size of an incident', () => {
  it('is bounded: signals, cause keys, beginnings and timeline', () => {
    const causeKeys = (i: number) => Array.from({ length: 10 }, (_, k) => `cause-${i}-${k}`);
    const signals = Array.from({ length: 2100 }, (_, i) =>
      anomaly('db', 1000 + i * 8, { signalId: `s${i}`, ...(i < 150 && { causeKeys: causeKeys(i) }) }),
    );
    const [incident, ...others] = foldAll(signals, { isNear });
    expect(others).toEqual([]);
    expect(incident!.seen).toHaveLength(2000);
    expect(incident!.seen.at(-1)).toBe('s2099');
    expect(incident!.causeKeys).toHaveLength(1000);
    expect(Object.values(incident!.members)[0]).toMatchObject({ count: 2100, firstAt: 1000 });
    expect(Object.values(incident!.members)[0]!.onsets).toHaveLength(8);
  });

  it('leaves room in the timeline for actions of people', () => {
    const entry = (kind: TimelineEntry['kind'], i: number): TimelineEntry => ({
      at: i,
      kind,
      key: `${i}`,
      text: 't',
    });
    const full = addToTimeline(
      [],
      Array.from({ length: 300 }, (_, i) => entry(i % 2 ? 'joined' : 'cleared', i)),
    );
    expect(full).toHaveLength(200);
    const noted = addToTimeline(full, [entry('note', 500)]);
    expect(noted).toHaveLength(201);
    expect(addToTimeline(noted, [entry('joined', 600)])).toBe(noted);
    expect(addToTimeline(noted, [])).toBe(noted);
    expect(
      addToTimeline(
        noted,
        Array.from({ length: 900 }, (_, i) => entry('note', 1000 + i)),
      ),
    ).toHaveLength(400);
  });

  it('sorts entries of the same second by name', () => {
    const changes = [change('db', 900, { signalId: 'b' }), change('db', 900, { signalId: 'a' })];
    const context = contextAt(1030, { isNear, recentChanges: changes });
    const { incident } = groupSignal([], anomaly('db', 1000), context);
    expect(incident!.changes.map(({ signalId }) => signalId)).toEqual(['a', 'b']);
    const elsewhere = contextAt(1030, { isNear, recentChanges: [change('app', 900)] });
    expect(groupSignal([], anomaly('db', 1000), elsewhere).incident!.changes).toEqual([]);
  });
});

describe('ended incidents', () => {
  it('an incident resolves when its predictions and anomalies end, or after a day without a report', () => {
    const [predicted] = foldAll([breach('db', 1000)]);
    const quiet = 1000 + INCIDENT_POLICY.quietSeconds + 300;
    expect(resolveQuiet(predicted!, 1000 + 86_399, INCIDENT_POLICY)).toBeNull();
    expect(resolveQuiet(predicted!, 1000 + 86_400, INCIDENT_POLICY)).toMatchObject({ resolvedAt: 1000 });
    const [cleared] = foldAll([breach('db', 1000), breachEnd('db', 1300)]);
    expect(resolveQuiet(cleared!, quiet, INCIDENT_POLICY)).toMatchObject({ resolvedAt: 1300 });
    const [anomalous] = foldAll([anomaly('db', 1000)]);
    expect(resolveQuiet(anomalous!, quiet, INCIDENT_POLICY)).toBeNull();
    const [ended] = foldAll([anomaly('db', 1000), anomalyEnd('db', 1300)]);
    expect(resolveQuiet(ended!, quiet, INCIDENT_POLICY)).toMatchObject({
      resolvedAt: 1300,
      timeline: expect.arrayContaining([
        expect.objectContaining({ text: 'quiet since 1970-01-01T00:21:40.000Z' }),
      ]),
    });
  });
});
