import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskScore } from '../../../../core/forecasts/breach/risk-score.ts';
import { between } from '../../../fixtures/numbers.ts';

const riskOf = (probability: number, p50: number): number =>
  riskScore({
    probability,
    timeToImpactSeconds: { p10: p50 / 2, p50, p90: p50 * 2 },
    expectedShareBeyond: 0,
    severity: 'info',
  });
const chance = between(0, 1);
const seconds = between(0, 8 * 3600);

describe('the risk score', () => {
  it('lies between 0 and 100', () => {
    fc.assert(
      fc.property(chance, seconds, (p, t) => {
        expect(riskOf(p, t)).toBeGreaterThanOrEqual(0);
        expect(riskOf(p, t)).toBeLessThanOrEqual(100);
      }),
    );
    expect(riskOf(1, 0)).toBe(100);
  });

  it('never falls as the breach becomes more probable, nor as it comes closer', () => {
    fc.assert(
      fc.property(chance, chance, seconds, seconds, (p, q, t, u) => {
        expect(riskOf(Math.max(p, q), t)).toBeGreaterThanOrEqual(riskOf(Math.min(p, q), t));
        expect(riskOf(p, Math.min(t, u))).toBeGreaterThanOrEqual(riskOf(p, Math.max(t, u)));
      }),
    );
  });

  it('rises strictly for differences that matter', () => {
    expect(riskOf(0.6, 3600)).toBeGreaterThan(riskOf(0.59, 3600));
    expect(riskOf(0.6, 3600)).toBeGreaterThan(riskOf(0.6, 3900));
  });

  it('halves every four hours', () => expect(riskOf(1, 4 * 3600)).toBe(50));

  it('is 0 if no breach is possible', () => {
    expect(
      riskScore({ probability: 0, timeToImpactSeconds: null, expectedShareBeyond: 0, severity: 'info' }),
    ).toBe(0);
  });
});
