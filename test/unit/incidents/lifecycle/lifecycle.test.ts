import { describe, expect, it } from 'vitest';
import { groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import {
  INCIDENT_STATUSES,
  type Incident,
  type IncidentStatus,
} from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { quietSeconds, resolveQuiet } from '../../../../core/incidents/lifecycle/resolve-quiet.ts';
import { responseTimes } from '../../../../core/incidents/lifecycle/response-times.ts';
import { ALLOWED_TRANSITIONS, transition } from '../../../../core/incidents/lifecycle/transition.ts';
import { ConflictError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { alarm, anomaly, contextAt, foldAll } from '../grouping/signals.ts';

const opened = (): Incident => foldAll([anomaly('db', 1000)])[0]!;
const go = (incident: Incident, to: IncidentStatus, at: number) =>
  transition(incident, { to, at, by: { kind: 'person' as const, name: 'ada' } });

describe('the lifecycle of an incident', () => {
  it('goes from open to reviewed and records who and when', () => {
    let incident = opened();
    for (const [to, at] of [
      ['acknowledged', 1100],
      ['mitigated', 1400],
      ['resolved', 2000],
      ['reviewed', 90_000],
    ] as const) {
      incident = go(incident, to, at);
    }
    expect(incident).toMatchObject({
      status: 'reviewed',
      acknowledgedAt: 1100,
      mitigatedAt: 1400,
      resolvedAt: 2000,
      reviewedAt: 90_000,
    });
    expect(incident.timeline.map(({ kind, by }) => [kind, by?.name])).toEqual([
      ['opened', undefined],
      ['status', 'ada'],
      ['status', 'ada'],
      ['status', 'ada'],
      ['status', 'ada'],
    ]);
  });

  it('allows the listed transitions and no others', () => {
    for (const from of INCIDENT_STATUSES) {
      for (const to of INCIDENT_STATUSES) {
        const step = () => go({ ...opened(), status: from }, to, 5000).status;
        if (from === to) expect(step).toThrow(ConflictError);
        else if (ALLOWED_TRANSITIONS[from].includes(to)) expect(step()).toBe(to);
        else expect(step).toThrow(InvalidInputError);
      }
    }
  });

  it('rejects a transition before the incident began', () => {
    expect(() => go(opened(), 'resolved', 999)).toThrow(
      'found a transition at 999, expected one after its start at 1000',
    );
  });

  it('keeps the first acknowledgement and forgets the end when it is opened again', () => {
    const again = go(go(go(opened(), 'acknowledged', 1100), 'resolved', 2000), 'open', 2500);
    expect(again).toMatchObject({ status: 'acknowledged', acknowledgedAt: 1100, reopenCount: 1 });
    expect(again.resolvedAt).toBeUndefined();
    const back = go(go(again, 'mitigated', 2600), 'acknowledged', 2700);
    expect(back.acknowledgedAt).toBe(1100);
    expect(
      transition(back, {
        to: 'resolved',
        at: 3000,
        by: { kind: 'person' as const, name: 'ada' },
        note: 'disk replaced',
      }).timeline.at(-1)!.text,
    ).toBe('acknowledged to resolved: disk replaced');
  });

  it('opens a new incident for the signal of a reviewed one', () => {
    const reviewed = go(go(opened(), 'resolved', 2000), 'reviewed', 2100);
    expect(groupSignal([reviewed], anomaly('db', 2200), contextAt(2230)).change.kind).toBe('opened');
  });
});

describe('resolving automatically', () => {
  it('resolves when all signals are quiet, dated to the last signal', () => {
    const incident = foldAll([alarm('db', 1000), alarm('db', 1300, 'OK')])[0]!;
    expect(resolveQuiet(incident, 1300 + INCIDENT_POLICY.quietSeconds - 1, INCIDENT_POLICY)).toBeNull();
    const settled = resolveQuiet(incident, 1300 + INCIDENT_POLICY.quietSeconds, INCIDENT_POLICY);
    expect(settled).toMatchObject({ status: 'resolved', resolvedAt: 1300 });
    expect(resolveQuiet(settled!, 99_999, INCIDENT_POLICY)).toBeNull();
  });

  it('waits for an active alarm or anomaly, at most a day', () => {
    const incident = foldAll([alarm('db', 1000)])[0]!;
    expect(resolveQuiet(incident, 1000 + 86_399, INCIDENT_POLICY)).toBeNull();
    expect(resolveQuiet(incident, 1000 + 86_400, INCIDENT_POLICY)?.status).toBe('resolved');
    expect(resolveQuiet(opened(), 1000 + 86_399, INCIDENT_POLICY)).toBeNull();
  });

  it('requires a longer quiet period with every reopening, up to 16 times', () => {
    const times = [0, 1, 2, 4, 9].map((reopenCount) =>
      quietSeconds({ ...opened(), reopenCount }, INCIDENT_POLICY),
    );
    expect(times).toEqual([900, 1800, 3600, 14_400, 14_400]);
  });
});

describe('response times', () => {
  it('are measured from the start of the harm', () => {
    const incident = go(go(opened(), 'acknowledged', 1100), 'resolved', 2200);
    expect(responseTimes(incident)).toEqual({
      toDetect: 30,
      toAcknowledge: 100,
      toMitigate: null,
      toResolve: 1200,
    });
  });
});
