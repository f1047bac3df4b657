import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demandOf, predictedPeak } from '../../../../core/remediation/capacity/demand.ts';
import type { Problem } from '../../../../core/remediation/cause.ts';
import type { ForecastPath } from '../../../../core/remediation/verification/verification-inputs.ts';

const path = (...rows: readonly (readonly number[])[]): ForecastPath => ({
  ...{ issuedAt: 0, start: 300, stepSeconds: 300, breachProbability: null },
  levels: [0.1, 0.5, 0.8, 0.9].slice(0, rows.length),
  quantiles: rows.map((row) => [...row]),
});
const problem = (over: Partial<Problem> = {}): Problem => ({
  ...{
    alertType: 'cpu-high',
    targetIds: ['web-1'],
    metric: 'cpu',
    confidence: 0.9,
    impactAt: null,
    evidence: [],
  },
  ...{ threshold: { direction: 'above', limit: 90 }, predictedPeak: 162 },
  ...over,
});

describe('the predicted peak', () => {
  it('is the highest of the steps at the level that four paths in five stay below', () => {
    expect(predictedPeak([path([10, 20], [20, 30], [30, 70], [40, 99])])).toBe(70);
  });

  it('is that of the target that reaches most', () => {
    expect(predictedPeak([path([1, 2], [2, 3], [3, 4]), path([5, 6], [6, 7], [8, 7])])).toBe(8);
  });

  it('is the highest level that was forecast if none is so high', () => {
    expect(predictedPeak([path([1], [2])])).toBe(2);
  });

  it('is unknown without a forecast', () => expect(predictedPeak([])).toBeUndefined());
});

describe('the demand', () => {
  it('keeps the peak a tenth below the limit', () => expect(demandOf(problem())).toBe(2));

  it.each([
    ['no forecast', (({ predictedPeak: _, ...rest }) => rest)(problem())],
    ['no limit', problem({ threshold: null })],
    ['a limit that must not be fallen below', problem({ threshold: { direction: 'below', limit: 90 } })],
    ['a limit of nothing', problem({ threshold: { direction: 'above', limit: 0 } })],
    ['a metric that more units do not share', problem({ alertType: 'queue-backlog' })],
  ])('is unknown with %s', (_, given) => expect(demandOf(given)).toBeNull());

  it('never falls as the peak rises', () => {
    const peaks = fc.tuple(fc.nat({ max: 500 }), fc.nat({ max: 500 }));
    fc.assert(
      fc.property(peaks, ([a, b]) => {
        const of = (predicted: number) => demandOf(problem({ predictedPeak: predicted }))!;
        expect(of(Math.max(a, b))).toBeGreaterThanOrEqual(of(Math.min(a, b)));
      }),
    );
  });
});
