import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INCIDENT_SEVERITIES, type IncidentMember } from '../../../core/incidents/incident.ts';
import { memberOf } from '../../../core/incidents/members.ts';
import { hasRisen, moreSevere, severityOf } from '../../../core/incidents/severity.ts';
import type { TriggerSignal } from '../../../core/incidents/signal.ts';
import { between } from '../../fixtures/numbers.ts';
import { alarm, anomaly, breach } from './grouping/signals.ts';

const of = (signals: readonly TriggerSignal[], lastAt = 1000) => {
  const members = signals.map((signal): [string, IncidentMember] => {
    const member = memberOf(signal);
    return [member.key, member];
  });
  return severityOf({ members: Object.fromEntries(members), lastAt });
};
const predicted = (secondsLeft: number | null, probability = 1) =>
  breach('a', 1000, { probability, timeToImpactSeconds: secondsLeft });
const targets = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => anomaly(`t${i}`, 1000, more));

describe('severity', () => {
  it.each([
    ['one alarm', [alarm('a', 1000)], 'high'],
    ['alarms of two targets', [alarm('a', 1000), alarm('b', 1000)], 'high'],
    ['alarms of four targets', ['a', 'b', 'c', 'd'].map((id) => alarm(id, 1000)), 'critical'],
    ['one certain anomaly', [anomaly('a', 1000, { confidence: 1 })], 'medium'],
    ['one doubtful anomaly', [anomaly('a', 1000, { confidence: 0.7 })], 'low'],
    ['nothing', [], 'low'],
  ])('of %s', (_, signals, expected) => {
    expect(of(signals)).toBe(expected);
  });

  it.each([
    [15 * 60, 'high'],
    [15 * 60 + 1, 'medium'],
    [3600, 'medium'],
    [3601, 'medium'],
    [4 * 3600, 'medium'],
    [4 * 3600 + 1, 'low'],
    [null, 'low'],
  ])('of a certain breach in %s seconds is %s', (secondsLeft, expected) => {
    expect(of([predicted(secondsLeft)])).toBe(expected);
  });

  it('grows as the predicted breach approaches', () => {
    const signal = predicted(8 * 3600);
    expect(of([signal], 1000)).toBe('low');
    expect(of([signal], 1000 + 8 * 3600 - 900)).toBe('high');
  });

  it('uses the most urgent member only', () => {
    expect(of([predicted(null), anomaly('a', 1000, { confidence: 1 })])).toBe('medium');
    expect(of([anomaly('a', 1000, { confidence: 0.1 }), alarm('a', 1000)])).toBe('high');
  });

  it('combines the confidence of different kinds, but not of repeats of one kind', () => {
    const weak = { confidence: 0.5 };
    const repeats = ['cpu', 'memory', 'disk'].map((metric) => anomaly('a', 1000, { ...weak, metric }));
    expect(of(repeats)).toBe('low');
    expect(of([anomaly('a', 1000, weak), predicted(600, 0.3)])).toBe('medium');
    expect(of([predicted(600, 0.3)])).toBe('low');
  });

  it('grows with the number of targets, up to a limit', () => {
    expect([1, 2, 4, 8, 16].map((count) => of(targets(count, { confidence: 0.8 })))).toEqual([
      'medium',
      'medium',
      'medium',
      'high',
      'high',
    ]);
    expect(of(targets(1000, { confidence: 0.8 }))).toBe('high');
  });

  it('never falls when signals are added, and does not depend on their order', () => {
    const signal = fc.oneof(
      fc.constantFrom('a', 'b', 'c').map((id) => alarm(id, 1000)),
      fc
        .tuple(fc.constantFrom('a', 'b', 'c', 'd'), between(0, 1))
        .map(([id, confidence]) => anomaly(id, 1000, { confidence })),
      fc
        .tuple(fc.integer({ min: 0, max: 20_000 }), between(0, 1))
        .map(([seconds, probability]) => predicted(seconds, probability)),
    );
    const unique = fc.uniqueArray(signal, { selector: (each) => memberOf(each).key, minLength: 1 });
    fc.assert(
      fc.property(unique, (signals) => {
        const all = of(signals);
        expect(of(signals.toReversed())).toBe(all);
        expect(hasRisen(all, of(signals.slice(1)))).toBe(false);
      }),
    );
  });
});

describe('comparing severities', () => {
  it.each(INCIDENT_SEVERITIES.flatMap((a, i) => INCIDENT_SEVERITIES.map((b, j) => [a, b, i, j] as const)))(
    '%s and %s',
    (a, b, i, j) => {
      expect(moreSevere(a, b)).toBe(i >= j ? a : b);
      expect(hasRisen(a, b)).toBe(j > i);
    },
  );
});
