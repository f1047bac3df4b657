import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type HealthPart,
  harmlessSpreads,
  harmOf,
  healthOf,
} from '../../../../core/changes/deployments/health/health-score.ts';
import {
  DEFAULT_WATCH_POLICY,
  isUnhealthy,
  judge,
  type Scored,
  WatchPolicy,
  windowOf,
} from '../../../../core/changes/watch-policy.ts';
import { between } from '../../../fixtures/numbers.ts';

const share = between(0, 1);
const part = fc.record({ weight: share, harm: share, text: fc.constant('') });

describe('the health score', () => {
  it('lies between 0 and 100, and is 100 without any part', () => {
    expect(healthOf([])).toBe(100);
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(healthOf(parts)).toBeGreaterThanOrEqual(0);
        expect(healthOf(parts)).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('never rises when any part gets worse or heavier, or one is added', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.nat(), share, share, (parts, at, harm, weight) => {
        const chosen = parts[at % parts.length]!;
        const worse = (changed: Partial<HealthPart>) =>
          healthOf(parts.map((each) => (each === chosen ? { ...each, ...changed } : each)));
        const before = healthOf(parts);
        expect(worse({ harm: Math.max(chosen.harm, harm) })).toBeLessThanOrEqual(before + 1e-9);
        expect(worse({ weight: Math.max(chosen.weight, weight) })).toBeLessThanOrEqual(before + 1e-9);
        expect(healthOf([...parts, { weight, harm, text: '' }])).toBeLessThanOrEqual(before + 1e-9);
      }),
    );
  });

  it('does not depend on the order of its parts', () => {
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(healthOf(parts.toReversed())).toBeCloseTo(healthOf(parts), 9);
      }),
    );
  });
});

describe('harm', () => {
  it('rises with the deviation and falls with the number of checked metrics', () => {
    fc.assert(
      fc.property(
        between(-50, 50),
        between(0, 20),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        (spreads, more, metrics, others) => {
          expect(harmOf(spreads + more, metrics)).toBeGreaterThanOrEqual(harmOf(spreads, metrics));
          expect(harmOf(spreads, metrics + others)).toBeLessThanOrEqual(harmOf(spreads, metrics));
          expect(harmOf(spreads, metrics)).toBeGreaterThanOrEqual(0);
          expect(harmOf(spreads, metrics)).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(harmOf(harmlessSpreads(1), 1)).toBe(0);
    expect(harmOf(1000, 100)).toBe(1);
  });
});

const score = (health: number | null, confidence = 0.8): Scored => ({ health, confidence });

describe('the verdict', () => {
  it.each([
    [[], 'unknown'],
    [[score(90)], 'healthy'],
    [[score(60), score(95)], 'healthy'],
    [[score(40), score(95)], 'healthy'],
    [[score(95), score(70)], 'degraded'],
    [[score(95), score(40)], 'degraded'],
    [[score(40), score(40)], 'unhealthy'],
    [[score(40), score(null), score(40)], 'unhealthy'],
    [[score(40), score(40), score(95)], 'unhealthy'],
    [[score(5)], 'unhealthy'],
    [[score(5, 0.5)], 'degraded'],
    [[score(5), score(null)], 'unhealthy'],
    [[score(40), score(null)], 'unknown'],
    [[score(95), score(null)], 'unknown'],
    [[score(null), score(null)], 'unknown'],
    [[score(95, 0.1)], 'unknown'],
  ])('of %j is %s', (scores, verdict) => {
    expect(judge(scores, DEFAULT_WATCH_POLICY)).toBe(verdict);
  });

  it('follows the limits of the policy', () => {
    const strict = WatchPolicy.parse({ unhealthyBelow: 90, veryLowBelow: 70 });
    expect(isUnhealthy([score(80), score(80)], strict)).toBe(true);
    expect(isUnhealthy([score(65)], strict)).toBe(true);
    expect(isUnhealthy([score(65), score(null)], strict)).toBe(false);
  });

  it('uses the newest half of the time since, never the first minute', () => {
    expect([1, 5, 15, 60].map((minutes) => windowOf(0, minutes))).toEqual([
      { at: 0, from: 0, until: 60 },
      { at: 0, from: 60, until: 300 },
      { at: 0, from: 450, until: 900 },
      { at: 0, from: 1800, until: 3600 },
    ]);
  });

  it.each([
    [{ checkMinutes: [] }],
    [{ checkMinutes: [5, 5] }],
    [{ checkMinutes: [10, 5] }],
    [{ checkMinutes: [300] }],
    [{ unhealthyBelow: 101 }],
    [{ nonsense: 1 }],
  ])('rejects a policy such as %j', (policy) => {
    expect(WatchPolicy.safeParse(policy).success).toBe(false);
  });
});
