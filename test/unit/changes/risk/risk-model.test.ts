import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featuresOf } from '../../../../core/changes/risk/engine/change-features.ts';
import { findingsOf } from '../../../../core/changes/risk/engine/change-findings.ts';
import { FEATURE_NAMES, FEATURES } from '../../../../core/changes/risk/engine/feature-catalogue.ts';
import {
  assessRisk,
  type DeployExample,
  fitRiskModel,
  PRIOR_RISK_MODEL,
  RiskAssessment,
} from '../../../../core/changes/risk/engine/risk-model.ts';
import { readPlannedChange } from '../../../../core/changes/risk/formats/planned-change.ts';
import { SHOP_DIFF } from './change-samples.ts';

const features = fc.dictionary(fc.constantFrom(...FEATURE_NAMES), fc.nat(20), { maxKeys: 6 });
const examples = fc.array(fc.record({ features, wasUnhealthy: fc.boolean() }), { maxLength: 30 });
const repeated = (count: number, example: DeployExample): DeployExample[] =>
  Array.from({ length: count }, () => example);
const riskOf = (model = PRIOR_RISK_MODEL, of = {}) => assessRisk(model, of).risk;

describe('the scorecard', () => {
  it('rates a change without notable features as unlikely to do harm', () => {
    expect(assessRisk(PRIOR_RISK_MODEL, {})).toEqual({
      ...{ risk: expect.closeTo(0.04), level: 'low', reasons: [], advice: [], learntFrom: 0 },
    });
    expect(assessRisk(PRIOR_RISK_MODEL, { onlyCode: 1, resources: 1 }).level).toBe('low');
  });

  it('gives readable reasons, largest first, with names and advice', () => {
    const shop = readPlannedChange('cdk-diff', SHOP_DIFF);
    const found = assessRisk(PRIOR_RISK_MODEL, featuresOf(shop), findingsOf(shop));
    expect(RiskAssessment.parse(found)).toEqual(found);
    expect(found).toMatchObject({ risk: 0.99, level: 'high' });
    expect(found.reasons[0]).toMatchObject({
      ...{ feature: 'dataDestroyed', value: 2, names: ['Old (S3::Bucket)', 'Orders (DynamoDB::Table)'] },
      text: '2 data stores are removed or replaced, and no policy retains the old data',
    });
    const contributions = found.reasons.map(({ contribution }) => contribution);
    expect(contributions).toEqual(contributions.toSorted((a, b) => b - a));
    expect(found.advice[0]).toMatch(/^Keep the old data/);
    expect(found.reasons.find(({ feature }) => feature === 'resources')?.names).toHaveLength(10);
  });

  it('lists what lowers the risk, too, and sorts equal reasons by name', () => {
    const { reasons } = assessRisk(PRIOR_RISK_MODEL, { onlyCode: 1, networkClosed: 1, capacityReduced: 1 });
    expect(reasons.map(({ feature }) => feature)).toEqual(['capacityReduced', 'networkClosed', 'onlyCode']);
    expect(reasons.at(-1)?.contribution).toBeLessThan(0);
    expect(reasons[0]?.names).toEqual([]);
  });

  it('has texts for one and for several items', () => {
    for (const name of FEATURE_NAMES) {
      const [one, two] = [FEATURES[name].words(1), FEATURES[name].words(2)];
      expect(one.length).toBeGreaterThan(5);
      if (FEATURES[name].scale === 'count') expect(two).not.toBe(one);
    }
  });

  it('rates the loss of data high, regardless of the learned weights', () => {
    const lost = { features: { dataDestroyed: 1 }, wasUnhealthy: false };
    const model = fitRiskModel(repeated(500, lost));
    const { risk, level } = assessRisk(model, lost.features);
    expect(risk).toBeLessThan(1 / 6);
    expect(level).toBe('high');
  });

  it('rates medium between low and high', () => {
    expect(assessRisk(PRIOR_RISK_MODEL, { networkClosed: 2 }).level).toBe('medium');
  });

  it('ignores names that it does not know and never goes beyond its bounds', () => {
    expect(riskOf(PRIOR_RISK_MODEL, { somethingNew: 9 })).toBe(riskOf());
    const certain = { ...PRIOR_RISK_MODEL, bias: -900, weights: {} };
    expect(riskOf(certain)).toBe(0.005);
    expect(riskOf({ ...certain, bias: 900 })).toBe(0.99);
  });

  it('rises with every harmful feature and falls with none of it', () => {
    fc.assert(
      fc.property(features, fc.constantFrom(...FEATURE_NAMES), (of, name) => {
        const more = riskOf(PRIOR_RISK_MODEL, { ...of, [name]: (of[name] ?? 0) + 1 });
        if (FEATURES[name].weight > 0) expect(more).toBeGreaterThanOrEqual(riskOf(PRIOR_RISK_MODEL, of));
        else expect(more).toBeLessThanOrEqual(riskOf(PRIOR_RISK_MODEL, of));
      }),
    );
  });
});

describe('learning from own deployments', () => {
  it('learns nothing without examples', () => {
    expect(fitRiskModel([])).toBe(PRIOR_RISK_MODEL);
  });

  it('does not depend on their order, to the last bit', () => {
    fc.assert(
      fc.property(examples, fc.integer(), (given, seed) => {
        const shuffled = given
          .map((example, at) => ({ example, at: Math.sin(seed + at) }))
          .sort((a, b) => a.at - b.at)
          .map(({ example }) => example);
        expect(fitRiskModel(shuffled)).toEqual(fitRiskModel(given));
      }),
      { numRuns: 30 },
    );
  });

  it('changes little with one outcome, and fully with many', () => {
    const swap = { features: { routingChanged: 1 }, wasUnhealthy: false };
    const [prior, one, many] = [0, 1, 300].map((count) =>
      riskOf(fitRiskModel(repeated(count, swap)), swap.features),
    );
    expect(prior! - one!).toBeGreaterThan(0);
    expect(prior! - one!).toBeLessThan(0.02);
    expect(many).toBeLessThan(0.02);
  });

  it('does not overreact to one large deployment that failed', () => {
    const large = { features: { resources: 10, accessChanged: 2 }, wasUnhealthy: true };
    const [prior, one] = [0, 1].map((count) => riskOf(fitRiskModel(repeated(count, large)), large.features));
    expect(one! - prior!).toBeGreaterThan(0.05);
    expect(one! - prior!).toBeLessThan(0.1);
  });

  it('learns what the scorecard does not know, and keeps the weights of unseen features', () => {
    const bad = { features: { interfaceChanged: 1, resources: 2 }, wasUnhealthy: true };
    const good = { features: { onlyCode: 1, resources: 2 }, wasUnhealthy: false };
    const model = fitRiskModel([...repeated(30, bad), ...repeated(70, good)]);
    expect(riskOf(model, bad.features)).toBeGreaterThan(0.6);
    expect(riskOf(model, good.features)).toBeLessThan(0.1);
    expect(model.weights.keysChanged).toBeCloseTo(FEATURES.keysChanged.weight, 6);
    expect(model.examples).toBe(100);
  });

  it('finds the minimum: the gradient of the posterior is zero there', () => {
    fc.assert(
      fc.property(examples, (given) => {
        fc.pre(given.length > 0);
        const model = fitRiskModel(given);
        const slope = given.reduce((sum, { features: of, wasUnhealthy }) => {
          const logOdds = FEATURE_NAMES.reduce((total, name) => {
            const value = of[name] ?? 0;
            const scaled = FEATURES[name].scale === 'flag' ? Math.min(1, value) : Math.log2(1 + value);
            return total + model.weights[name]! * scaled;
          }, model.bias);
          return sum + 1 / (1 + Math.exp(-logOdds)) - (wasUnhealthy ? 1 : 0);
        }, 0);
        expect(slope + (model.bias - PRIOR_RISK_MODEL.bias) / 0.7 ** 2).toBeCloseTo(0, 3);
      }),
      { numRuns: 50 },
    );
  });

  it('continues from a model that has learned before', () => {
    const bad = { features: { replaced: 1 }, wasUnhealthy: true };
    const first = fitRiskModel(repeated(5, bad));
    const second = fitRiskModel(repeated(5, bad), first);
    expect(second.examples).toBe(10);
    expect(riskOf(second, bad.features)).toBeGreaterThan(riskOf(first, bad.features));
    expect(fitRiskModel([bad], { bias: 0, weights: {}, examples: 0 }).weights.replaced).toBeGreaterThan(0);
  });

  it('accepts counts of any size', () => {
    const extreme = [{ features: { resources: 1_000_000, replaced: 1_000_000 }, wasUnhealthy: true }];
    const { bias, weights } = fitRiskModel([
      ...extreme,
      { features: { resources: 1_000_000 }, wasUnhealthy: false },
    ]);
    expect([bias, ...Object.values(weights)].every(Number.isFinite)).toBe(true);
  });
});
