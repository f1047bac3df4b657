import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../core/remediation/cause.ts';
import {
  chosenAgainAt,
  type Judgement,
  judgedAgainAt,
} from '../../../../core/remediation/choosing/judge-again.ts';
import { RULES } from '../../../../core/remediation/gate/rules.ts';

const NOW = 1_790_000_000;
const WARNING: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW };
const refusedBy = (...rules: readonly string[]): Judgement => ({
  ...{ outcome: 'refused', plan: null },
  refusals: rules.map((rule) => ({ rule, reason: '', remedy: '' })),
});
const again = (judgement: Judgement, age = 0, cause: Cause = WARNING, forecastSeconds = 3600) =>
  judgedAgainAt(cause, judgement, { startedAt: NOW - age, now: NOW, forecastSeconds });

describe('a warning about which nothing was done', () => {
  it.each(['confidence', 'cooldown', 'resource-is-free', 'freeze', 'ineffective', 'actions-per-hour'])(
    'is judged again after a refusal by %s',
    (rule) => expect(again(refusedBy(rule))).toBe(NOW + 900),
  );

  it.each([
    'kill-switch',
    'protected-resource',
    'consecutive-failures',
    'units-per-run',
    'cost',
    'autonomy',
    'policy',
  ])('is left to people after a refusal by %s, whatever else refuses it', (rule) => {
    expect(again(refusedBy(rule))).toBeNull();
    expect(again(refusedBy('confidence', rule))).toBeNull();
  });

  it('is judged again for twelve hours at most', () => {
    expect(again(refusedBy('confidence'), 12 * 3600 - 900)).toBe(NOW + 900);
    expect(again(refusedBy('confidence'), 12 * 3600 - 899)).toBeNull();
  });

  it('always ends, whatever the gate says', () => {
    const rules = fc.array(fc.constantFrom(...RULES.map(([name]) => name)), { maxLength: 4 });
    fc.assert(
      fc.property(rules, (names) => {
        let times = 0;
        for (let now: number | null = NOW; now !== null; times++)
          now = judgedAgainAt(WARNING, refusedBy(...names), {
            ...{ startedAt: NOW, now, forecastSeconds: 3600 },
          });
        expect(times).toBeLessThan(50);
      }),
    );
  });

  it('is not judged again once there is an answer', () => {
    for (const outcome of ['nothing', 'suggest', 'ask', 'act'] as const)
      expect(again({ outcome, plan: null, refusals: [] })).toBeNull();
    expect(again({ ...refusedBy('confidence'), outcome: 'nothing' })).toBeNull();
    expect(again(refusedBy())).toBeNull();
  });

  it('is unlike other causes, whose confidence does not grow', () => {
    expect(again(refusedBy('confidence'), 0, { kind: 'incident', incidentId: 'i', reopened: 0 })).toBeNull();
  });

  it('is judged again while it is an alert that stands', () => {
    const alert: Cause = { kind: 'alert', source: 'cloudwatch', name: 'cpu', receivedAt: NOW };
    expect(again(refusedBy('cooldown'), 0, alert)).toBe(NOW + 900);
  });
});

/** A plan that is valid for half an hour, of an action that takes and settles in a quarter of an hour. */
const planned = (outcome: Judgement['outcome'], minutesUntilHarm: number | null): Judgement => ({
  ...{ outcome, refusals: [] },
  plan: {
    problem: {
      ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu', threshold: null, confidence: 0.9 },
      ...{ impactAt: minutesUntilHarm === null ? null : NOW + 60 * minutesUntilHarm, evidence: [] },
    },
    ...{ minutes: { act: 5, settle: 10 }, plannedAt: NOW, expiresAt: NOW + 1800 },
  },
});

describe('an action that was refused at the moment of acting', () => {
  const chosenAgain = (rules: readonly string[], age = 0, cause: Cause = WARNING) =>
    chosenAgainAt(cause, refusedBy(...rules).refusals, { startedAt: NOW - age, now: NOW });

  it.each([
    [['concurrent-runs']],
    [['actions-per-hour', 'units-per-window', 'resources-per-window']],
    [['confidence']],
    [['unchanged-resource', 'unchanged', 'follows-from-state', 'resource-is-free']],
    [['unchanged', 'cooldown']],
  ])('is chosen again if %j may pass', (rules) => {
    expect(chosenAgain(rules)).toBe(NOW + 900);
  });

  it.each([
    [[]],
    [['unchanged-resource', 'unchanged', 'follows-from-state']],
    [['unchanged', 'concurrent-runs']],
    [['concurrent-runs', 'autonomy']],
    [['concurrent-runs', 'kill-switch']],
    [['concurrent-runs', 'rehearsal']],
    [['concurrent-runs', 'cost']],
  ])('is left to people after %j', (rules) => {
    expect(chosenAgain(rules)).toBeNull();
  });

  it('is chosen again for twelve hours at most, and only for a cause that stands', () => {
    const rules = ['concurrent-runs'];
    expect(chosenAgain(rules, 12 * 3600 - 900)).toBe(NOW + 900);
    expect(chosenAgain(rules, 12 * 3600 - 899)).toBeNull();
    const request = { kind: 'request', requestId: 'q', reason: '', requestedBy: 'bob' } as const;
    expect(chosenAgain(rules, 0, { ...request, action: 'a', resource: 'r' })).toBeNull();
    expect(chosenAgain(rules, 0, { kind: 'incident', incidentId: 'i', reopened: 0 })).toBeNull();
  });
});

describe('harm that is far away', () => {
  it.each([
    ['people have to answer', 'ask', 120],
    ['it may be done alone', 'act', 90],
  ] as const)('is judged again until there is just enough time, if %s', (_, outcome, minutes) => {
    expect(again(planned(outcome, minutes + 1))).toBe(NOW + 900);
    expect(again(planned(outcome, minutes))).toBeNull();
    expect(again(planned(outcome, 0))).toBeNull();
    expect(again(planned(outcome, null))).toBeNull();
  });

  it('waits for one more forecast, however often the stage makes them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 600 }), (cadence) => {
        const asked = (minutes: number) => again(planned('ask', minutes), 0, WARNING, 60 * cadence);
        expect(asked(61 + cadence)).toBe(NOW + 900);
        expect(asked(60 + cadence)).toBeNull();
      }),
    );
  });

  it('is told to people at once if they decide anyway', () => {
    expect(again(planned('suggest', 400))).toBeNull();
  });

  it('does not keep a person waiting who asked for an action', () => {
    const cause: Cause = {
      ...{ kind: 'request', requestId: 'r', action: 'scale-out-service', resource: 'ecs-service:a/b' },
      ...{ reason: '', requestedBy: 'ada' },
    };
    expect(again(planned('ask', 400), 0, cause)).toBeNull();
  });
});
