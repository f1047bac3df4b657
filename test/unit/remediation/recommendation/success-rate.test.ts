import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import {
  type Attempt,
  HALF_LIFE_DAYS,
  MAX_AGE_DAYS,
  PRIOR_STRENGTH,
  PRIOR_SUCCESS,
  successRate,
} from '../../../../core/remediation/recommendation/success-rate.ts';
import type { Outcome } from '../../../../core/remediation/track-record.ts';
import { DAY, NOW, outcome } from './samples.ts';

const ATTEMPT: Attempt = {
  ...{ action: 'scale-out-group', alertType: 'cpu-high' },
  ...{ effect: 'adds-capacity', profile: 'web' },
};
const rateOf = (outcomes: readonly Outcome[], now = NOW) =>
  successRate(outcomes, ATTEMPT, (id) => findAction(id)?.effect, now);
const PRIOR = PRIOR_SUCCESS['adds-capacity'];

const anyOutcome: fc.Arbitrary<Outcome> = fc
  .record({
    action: fc.constantFrom('scale-out-group', 'scale-out-service', 'restart-service', 'retired'),
    profile: fc.constantFrom('web' as const, 'database' as const),
    alertType: fc.constantFrom('cpu-high', 'memory-high'),
    result: fc.constantFrom('succeeded' as const, 'failed' as const, 'unproven' as const),
    at: fc.integer({ min: NOW - 200 * DAY, max: NOW + DAY }),
  })
  .map(outcome);

describe('successRate', () => {
  it('is the prior of the effect without a record', () => {
    const rate = rateOf([]);
    expect(rate.mean).toBe(PRIOR);
    expect(rate.alpha).toBeCloseTo(PRIOR_STRENGTH * PRIOR, 12);
    expect(rate.beta).toBeCloseTo(PRIOR_STRENGTH * (1 - PRIOR), 12);
    expect(rate).toMatchObject({ succeeded: 0, decided: 0 });
  });

  it('counts a success at each level that it belongs to', () => {
    let expected = PRIOR;
    for (let level = 0; level < 4; level++) expected = (PRIOR_STRENGTH * expected + 1) / (PRIOR_STRENGTH + 1);
    expect(rateOf([outcome({ at: NOW })]).mean).toBeCloseTo(expected, 12);
  });

  it.each([
    ['another profile', { profile: 'batch' }, 3],
    ['another alert type', { alertType: 'memory-high' }, 2],
    ['another action of the same effect', { action: 'scale-out-service' }, 1],
    ['an action of another effect', { action: 'restart-service' }, 0],
    ['an action that no longer exists', { action: 'retired' }, 0],
  ] as const)('backs off from outcomes of %s', (_, changes, levels) => {
    let expected = PRIOR;
    for (let level = 0; level < levels; level++)
      expected = (PRIOR_STRENGTH * expected) / (PRIOR_STRENGTH + 1);
    expect(rateOf([outcome({ ...changes, at: NOW, result: 'failed' })]).mean).toBeCloseTo(expected, 12);
  });

  it('halves the weight of an outcome with the half-life', () => {
    const at = NOW - HALF_LIFE_DAYS * DAY;
    let expected = PRIOR;
    for (let level = 0; level < 4; level++)
      expected = (PRIOR_STRENGTH * expected + 0.5) / (PRIOR_STRENGTH + 0.5);
    expect(rateOf([outcome({ at })]).mean).toBeCloseTo(expected, 12);
  });

  it('counts an outcome that a faster clock recorded once', () => {
    expect(rateOf([outcome({ at: NOW + DAY })])).toEqual(rateOf([outcome({ at: NOW })]));
  });

  it('forgets outcomes past their age, and keeps those that reach it', () => {
    expect(rateOf([outcome({ at: NOW - MAX_AGE_DAYS * DAY - 1 })])).toEqual(rateOf([]));
    expect(rateOf([outcome({ at: NOW - MAX_AGE_DAYS * DAY })]).decided).toBe(1);
  });

  it('names the outcomes of the action for the alert type', () => {
    const outcomes = [
      outcome(),
      outcome({ at: NOW }),
      outcome({ profile: 'batch', result: 'failed' }),
      outcome({ alertType: 'memory-high' }),
      outcome({ result: 'unproven' }),
    ];
    expect(rateOf(outcomes)).toMatchObject({ succeeded: 2, decided: 3 });
  });

  it('is not changed by unproven outcomes', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 20 }), anyOutcome, (outcomes, more) => {
        expect(rateOf([...outcomes, { ...more, result: 'unproven' }])).toEqual(rateOf(outcomes));
      }),
    );
  });

  it('never falls with a success nor rises with a failure', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 20 }), anyOutcome, (outcomes, more) => {
        const { mean } = rateOf(outcomes);
        expect(rateOf([...outcomes, { ...more, result: 'succeeded' }]).mean).toBeGreaterThanOrEqual(
          mean - 1e-12,
        );
        expect(rateOf([...outcomes, { ...more, result: 'failed' }]).mean).toBeLessThanOrEqual(mean + 1e-12);
      }),
    );
  });

  it('is a probability strictly between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 50 }), (outcomes) => {
        const { mean, alpha, beta } = rateOf(outcomes);
        expect(mean).toBeGreaterThan(0);
        expect(mean).toBeLessThan(1);
        expect(mean).toBeCloseTo(alpha / (alpha + beta), 12);
      }),
    );
  });
});
