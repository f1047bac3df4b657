import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CauseKind } from '../../../../core/remediation/cause.ts';
import { problemConfidence } from '../../../../core/remediation/choosing/problem-confidence.ts';

const KINDS: readonly CauseKind[] = [
  'predicted-breach',
  'incident',
  'unhealthy-deployment',
  'alert',
  'request',
];
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('problemConfidence', () => {
  it.each([
    [0, 0],
    [0.15, 0.11],
    [0.5, 0.33],
    [0.85, 0.58],
    [0.985, 0.865],
    [0.99, 0.89],
    [1, 0.97],
  ])('takes a predicted breach of probability %d for %d', (stated, real) => {
    expect(problemConfidence('predicted-breach', stated)).toBeCloseTo(real, 12);
  });

  it('lets a predicted breach pass the gate from a stated 0.983 on', () => {
    expect(problemConfidence('predicted-breach', 0.981)).toBeLessThan(0.85);
    expect(problemConfidence('predicted-breach', 0.983)).toBeGreaterThan(0.85);
  });

  it.each(['incident', 'alert', 'request'] as const)('leaves that of %s as it is', (kind) => {
    fc.assert(fc.property(probability, (stated) => problemConfidence(kind, stated) === stated));
  });

  it.each([
    [0, 0],
    [0.2, 0.85],
    [0.4, 0.872],
    [0.8, 0.889],
  ])('takes a proposed rollback that states %d for %d', (stated, real) => {
    expect(problemConfidence('unhealthy-deployment', stated)).toBeCloseTo(real, 12);
  });

  it('lets a proposed rollback pass the gate from a stated 0.21 on, and none that says little', () => {
    expect(problemConfidence('unhealthy-deployment', 0.21)).toBeGreaterThan(0.85);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.2, maxExcluded: true, noNaN: true }), (stated) => {
        expect(problemConfidence('unhealthy-deployment', stated)).toBeLessThan(0.85);
      }),
    );
  });

  it('is never less for a higher statement, and only of a rollback more than what is stated', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), probability, probability, (kind, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(problemConfidence(kind, high)).toBeGreaterThanOrEqual(problemConfidence(kind, low) - 1e-12);
        expect(problemConfidence(kind, a)).toBeGreaterThanOrEqual(0);
        const most = kind === 'unhealthy-deployment' ? 0.889 : a;
        expect(problemConfidence(kind, a)).toBeLessThanOrEqual(most + 1e-12);
      }),
    );
  });
});
