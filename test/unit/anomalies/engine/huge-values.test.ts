/** The largest numbers that a metric may have: what is announced and stored is finite. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDetector } from '../../../../core/anomalies/engine/detector.ts';

const value = fc.oneof(
  fc.constantFrom(1.7e308, -1.7e308, Number.MAX_VALUE, -Number.MAX_VALUE, 0, 5e-324, 1e200),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

it.each(['full', 'light'] as const)('scores and expected ranges of the %s detector are finite', (variant) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (cycle) => {
      const detector = createDetector({ variant });
      for (let i = 0; i < 600; i++) {
        const { score, parts, expected, oneIn = 1 } = detector.next(i * 300, cycle[i % cycle.length]!);
        const range = detector.expected(i * 300);
        const scores = Object.values(parts).map((part) => part.score);
        for (const ends of [expected, range]) if (ends !== undefined) scores.push(ends.lower, ends.upper);
        expect([score, oneIn, ...scores].every(Number.isFinite)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});
