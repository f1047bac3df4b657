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

  it.each(['incident', 'unhealthy-deployment', 'alert', 'request'] as const)(
    'leaves that of %s as it is',
    (kind) => {
      fc.assert(fc.property(probability, (stated) => problemConfidence(kind, stated) === stated));
    },
  );

  it('is never more than what is stated, and never less for a higher one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), probability, probability, (kind, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(problemConfidence(kind, high)).toBeGreaterThanOrEqual(problemConfidence(kind, low) - 1e-12);
        expect(problemConfidence(kind, a)).toBeLessThanOrEqual(a + 1e-12);
        expect(problemConfidence(kind, a)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
