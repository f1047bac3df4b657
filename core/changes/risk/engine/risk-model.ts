import * as z from 'zod';
import type { ChangeFeatures } from './change-features.ts';
import type { ChangeFindings } from './change-findings.ts';
import { FEATURE_NAMES, FEATURES, type FeatureName } from './feature-catalogue.ts';
import { mostProbableWeights, probability } from './logistic-fit.ts';
import { ADVICE } from './risk-advice.ts';

/** What one past deployment was, and whether it turned out unhealthy. */
export interface DeployExample {
  readonly features: ChangeFeatures;
  readonly wasUnhealthy: boolean;
}

/** A logistic model: log-odds of an unhealthy deployment are `bias` plus the weighted features. */
export interface RiskModel {
  readonly bias: number;
  /** By feature; what is not in it weighs nothing. */
  readonly weights: Readonly<Record<string, number>>;
  /** Own deployments that it learnt from; 0 for the scorecard as it is. */
  readonly examples: number;
}

export const RISK_LEVELS = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

export const RiskAssessment = z.object({
  risk: z.number().min(0).max(1).describe('Probability that the deployment turns out unhealthy'),
  level: z.enum(RISK_LEVELS),
  reasons: z
    .array(
      z.object({
        feature: z.string(),
        value: z.number(),
        text: z.string(),
        names: z.array(z.string()).describe('What it is, at most 10 of them; empty where that is not known'),
        contribution: z.number().describe('Log-odds that it adds; below 0 where it lowers the risk'),
      }),
    )
    .describe('What carried the risk, largest first'),
  advice: z.array(z.string()),
  learntFrom: z.number().int().describe('Own deployments that the weights were learnt from'),
});
export type RiskAssessment = z.infer<typeof RiskAssessment>;

/**
 * Log-odds of a deployment about which nothing stands out: 4 in 100, a little under the change failure rate of the
 * best teams (5 %, DORA 2024), as what stands out comes on top.
 */
const PRIOR_BIAS = Math.log(0.04 / 0.96);

/** The scorecard: what is believed of every owner's deployments before any of them is known. */
export const PRIOR_RISK_MODEL: RiskModel = {
  bias: PRIOR_BIAS,
  weights: Object.fromEntries(FEATURE_NAMES.map((name) => [name, FEATURES[name].weight])),
  examples: 0,
};

/** A feature as the model weighs it: doublings of (1 + count), or 0 or 1 for a flag. */
const scaled = (name: FeatureName, features: ChangeFeatures): number => {
  const value = features[name] ?? 0;
  return FEATURES[name].scale === 'flag' ? Math.min(1, value) : Math.log2(1 + value);
};

/** The row of a regression: 1 for the bias, then the features in the order of the catalogue. */
const rowOf = (features: ChangeFeatures): Float64Array =>
  Float64Array.of(1, ...FEATURE_NAMES.map((name) => scaled(name, features)));

/**
 * How far an owner's truth is believed to lie from the scorecard (standard deviations of a Gaussian). A weight of 1 may
 * well be 0 or 2 elsewhere. One of next to nothing stays near it: size counts in every change, and doublings of it would
 * give a single large deployment great leverage. How often deployments fail differs between teams, from 5 to 40 % (DORA
 * 2024).
 */
const deviationOf = (name: FeatureName): number => Math.min(0.6, 0.1 + 0.5 * Math.abs(FEATURES[name].weight));
const BIAS_DEVIATION = 0.7;

/** Sums of floating-point numbers depend on their order, so examples are put in one. */
const inOrder = (examples: readonly DeployExample[]): { row: Float64Array; label: number }[] =>
  examples
    .map(({ features, wasUnhealthy }) => ({ row: rowOf(features), label: wasUnhealthy ? 1 : 0 }))
    .map((example) => ({ example, key: `${example.row.join(' ')} ${example.label}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ example }) => example);

/**
 * Bayesian logistic regression: the most probable weights given an owner's own deployments and a Gaussian around the
 * prior's (Bishop 2006, sec. 4.5; Newton's method, sec. 4.3.3). No example moves nothing, few move little, and the
 * order of the examples does not matter. Features never seen keep the prior's weight.
 */
export const fitRiskModel = (
  examples: readonly DeployExample[],
  prior: RiskModel = PRIOR_RISK_MODEL,
): RiskModel => {
  if (examples.length === 0) return prior;
  const ordered = inOrder(examples);
  const deviations = [BIAS_DEVIATION, ...FEATURE_NAMES.map(deviationOf)];
  const [bias, ...weights] = mostProbableWeights({
    rows: ordered.map(({ row }) => row),
    labels: ordered.map(({ label }) => label),
    centre: Float64Array.of(prior.bias, ...FEATURE_NAMES.map((name) => prior.weights[name] ?? 0)),
    precision: Float64Array.from(deviations, (deviation) => 1 / deviation ** 2),
  });
  return {
    bias: bias!,
    weights: Object.fromEntries(FEATURE_NAMES.map((name, at) => [name, weights[at]!])),
    examples: prior.examples + examples.length,
  };
};

/** A change that is as likely as not to hurt is high; one in six is worth a second look. */
const HIGH = 0.5;
const MEDIUM = 1 / 6;
/** Log-odds below which something is not worth a line. */
const NOTABLE = 0.05;

/**
 * Destroyed data are high risk whatever was learnt: no roll-back brings them back, and a deployment that lost them may
 * well look healthy, so that outcomes teach nothing about it.
 */
const levelOf = (risk: number, features: ChangeFeatures): RiskLevel => {
  if (risk >= HIGH || (features.dataDestroyed ?? 0) > 0) return 'high';
  return risk >= MEDIUM ? 'medium' : 'low';
};

const MOST_NAMES = 10;

/** No sum of features makes sure that a deployment fails, or that it does not. */
const LEAST_RISK = 0.005;
const MOST_RISK = 0.99;

/**
 * The risk of a change before it is made, why, and what would lower it. With the findings of the change, reasons name
 * what they speak of.
 */
export const assessRisk = (
  model: RiskModel,
  features: ChangeFeatures,
  findings: ChangeFindings = {},
): RiskAssessment => {
  const parts = FEATURE_NAMES.map((name) => {
    const contribution = (model.weights[name] ?? 0) * scaled(name, features);
    const value = features[name] ?? 0;
    const names = (findings[name] ?? []).slice(0, MOST_NAMES);
    return { feature: name, value, text: FEATURES[name].words(value), names, contribution };
  });
  const logOdds = parts.reduce((total, { contribution }) => total + contribution, model.bias);
  const risk = Math.min(MOST_RISK, Math.max(LEAST_RISK, probability(logOdds)));
  const reasons = parts
    .filter(({ contribution }) => Math.abs(contribution) >= NOTABLE)
    .sort((a, b) => b.contribution - a.contribution || (a.feature < b.feature ? -1 : 1));
  const advice = parts.flatMap(({ feature, value }) => (value > 0 ? (ADVICE[feature] ?? []) : []));
  return { risk, level: levelOf(risk, features), reasons, advice, learntFrom: model.examples };
};
