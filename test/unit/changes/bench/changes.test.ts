import { describe, expect, it } from 'vitest';
import { madeUpDeployments } from '../../../../bench/changes/changes/made-up-deployments.ts';
import {
  areaUnderCurve,
  binned,
  brier,
  calibrationError,
  type Scored,
} from '../../../../bench/changes/changes/scores.ts';
import {
  assessRisk,
  fitRiskModel,
  PRIOR_RISK_MODEL,
} from '../../../../core/changes/risk/engine/risk-model.ts';

const scored = (...pairs: [number, boolean][]): Scored[] =>
  pairs.map(([risk, wasUnhealthy]) => ({ risk, wasUnhealthy }));

describe('scores of risks', () => {
  it('rank: 1 if every unhealthy one is above, a half for chance, ties count half', () => {
    expect(areaUnderCurve(scored([0.9, true], [0.8, true], [0.1, false]))).toBe(1);
    expect(areaUnderCurve(scored([0.1, true], [0.9, false]))).toBe(0);
    expect(areaUnderCurve(scored([0.5, true], [0.5, false], [0.5, false]))).toBe(0.5);
    expect(areaUnderCurve(scored([0.7, true], [0.7, false], [0.2, false]))).toBe(0.75);
  });

  it('compare stated with observed risk', () => {
    const said = scored([0.6, true], [0.6, false], [0.01, false]);
    expect(brier(said)).toBeCloseTo((0.16 + 0.36 + 0.0001) / 3);
    expect(binned(said).map(({ deployments }) => deployments)).toEqual([1, 0, 0, 2]);
    expect(calibrationError(said)).toBeCloseTo((0.01 + 0.2) / 3);
  });
});

describe('synthetic deployments', () => {
  const deployments = madeUpDeployments({ name: 'tested', harmful: 0.2 }, 600, 5);
  const aucOf = (model: typeof PRIOR_RISK_MODEL): number =>
    areaUnderCurve(
      deployments
        .filter(({ isHidden }) => !isHidden)
        .map(({ features, wasUnhealthy }) => ({ risk: assessRisk(model, features).risk, wasUnhealthy })),
    );

  it('are the same for the same seed, and different for another', () => {
    const [again, others] = [5, 6].map((seed) =>
      madeUpDeployments({ name: 'tested', harmful: 0.2 }, 600, seed),
    );
    expect(again).toEqual(deployments);
    expect(others).not.toEqual(deployments);
  });

  it('rank visibly harmful ones above the others, and more so after learning', () => {
    const own = madeUpDeployments({ name: 'tested', harmful: 0.2 }, 400, 7);
    expect(aucOf(PRIOR_RISK_MODEL)).toBeGreaterThan(0.75);
    expect(aucOf(fitRiskModel(own))).toBeGreaterThan(aucOf(PRIOR_RISK_MODEL));
    // A model without weights cannot rank, so the test measures the scorecard, not the order of the list.
    expect(aucOf({ ...PRIOR_RISK_MODEL, weights: {} })).toBe(0.5);
  });
});
