import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byTime,
  confidenceOfAnomaly,
  dedupKey,
  describeSignal,
  isEnd,
} from '../../../core/incidents/signal.ts';
import { toTargetId } from '../../../core/incidents/target-name.ts';
import { TargetId } from '../../../core/shared/identifiers.ts';
import { alarm, anomaly, anomalyEnd, breach, change } from './grouping/signals.ts';

describe('the key of a signal', () => {
  it('is the same for repeats and for the end of what they report', () => {
    expect(dedupKey(anomaly('a', 1))).toBe(dedupKey(anomaly('a', 2, { confidence: 0.1 })));
    expect(dedupKey(anomaly('a', 1))).toBe(dedupKey(anomalyEnd('a', 9)));
    expect(dedupKey(alarm('a', 1))).toBe(dedupKey(alarm('a', 2, 'OK')));
  });

  it('differs by tenant, target, kind, and metric or alarm', () => {
    const signals = [
      anomaly('a', 1),
      anomaly('a', 1, { tenantId: 't2' }),
      anomaly('b', 1),
      anomaly('a', 1, { metric: 'memory' }),
      breach('a', 1, { metric: 'cpu' }),
      alarm('a', 1, 'ALARM', { alarmName: 'cpu' }),
    ];
    expect(new Set(signals.map(dedupKey)).size).toBe(signals.length);
  });

  it('cannot be forged by names that contain separators', () => {
    const one = anomaly('a', 1, { metric: 'x","y' });
    const other = anomaly('a","anomaly","x', 1, { metric: 'y' });
    expect(dedupKey(one)).not.toBe(dedupKey(other));
  });
});

describe('the order of signals', () => {
  it('is by time, then beginnings before ends, then by id', () => {
    const ordered = [
      anomaly('z', 1),
      alarm('a', 2),
      anomaly('b', 2),
      alarm('c', 2, 'OK'),
      anomalyEnd('d', 2),
      change('a', 3),
    ];
    expect(ordered.toReversed().sort(byTime)).toEqual(ordered);
  });

  it.each([
    [anomalyEnd('a', 1), true],
    [alarm('a', 1, 'OK'), true],
    [alarm('a', 1), false],
    [alarm('a', 1, 'INSUFFICIENT_DATA'), false],
    [anomaly('a', 1), false],
    [breach('a', 1), false],
    [change('a', 1), false],
  ])('knows an end: $signalId', (signal, expected) => {
    expect(isEnd(signal)).toBe(expected);
  });
});

it.each([
  [anomaly('db', 1, { confidence: 0.876 }), 'cpu of db is unusual (confidence 0.88)'],
  [anomalyEnd('db', 1), 'cpu of db is back to normal'],
  [breach('db', 1), 'disk of db is predicted to breach its threshold (probability 0.80)'],
  [alarm('db', 1, 'OK'), 'alarm db-errors of db is OK'],
  [change('db', 1), 'db changed: version 41 deployed'],
])('describes a signal in one sentence: %#', (signal, text) => {
  expect(describeSignal(signal)).toBe(text);
});

describe('the confidence of an anomaly', () => {
  it.each([
    [0, 0.5],
    [8640, 0.75],
    [86_400, 0.954_545],
  ])('seen once in %d points is %d', (oneIn, expected) => {
    expect(confidenceOfAnomaly(oneIn)).toBeCloseTo(expected, 6);
  });

  it('grows with its rarity and stays below 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (oneIn) => {
        expect(confidenceOfAnomaly(oneIn + 1)).toBeGreaterThanOrEqual(confidenceOfAnomaly(oneIn));
        expect(confidenceOfAnomaly(oneIn)).toBeLessThan(1);
      }),
    );
  });
});

describe('a name as a target id', () => {
  it.each([
    ['web-1', 'web-1'],
    ['app/my-alb/50dc6c495c0c9188', 'app-my-alb-50dc6c495c0c9188'],
    ['  leading', 'leading'],
    ['a  b', 'a-b'],
    ['ünï', 'n-'],
    ['---', 'unnamed'],
    ['', 'unnamed'],
  ])('%j is %j', (name, id) => {
    expect(toTargetId(name)).toBe(id);
  });

  it('is valid and stable for any name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (name) => {
        const id = toTargetId(name);
        expect(TargetId.safeParse(id).success).toBe(true);
        expect(toTargetId(id)).toBe(id);
      }),
    );
  });
});
