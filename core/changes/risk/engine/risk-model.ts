import * as z from 'zod';
import type { ChangeFeatures } from './change-features.ts';
import type { ChangeFindings } from './change-findings.ts';
import { FEATURE_NAMES, FEATURES, type FeatureName } from './feature-catalogue.ts';
import { mostProbableWeights, probability } from './logistic-fit.ts';
import { ADVICE } from './risk-advice.ts';

/** The features of one past deployment, and whether it was unhealthy. */
export interface DeployExample {
  readonly features: ChangeFeatures;
  readonly wasUnhealthy: boolean;
}

/** A logistic model: the log-odds of an unhealthy deployment are `bias` plus the weighted features. */
export interface RiskModel {
  readonly bias: number;
  /** By feature; missing ones weigh 0. */
  readonly weights: Readonly<Record<string, number>>;
  /** Number of own deployments that the weights were fitted to; 0 for the scorecard. */
  readonly examples: number;
}

export const RISK_LEVELS = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

export const RiskAssessment = z.object({
  risk: z.number().min(0).max(1).describe('Probability that the deployment will be unhealthy'),
  level: z.enum(RISK_LEVELS),
  reasons: z
    .array(
      z.object({
        feature: z.string(),
        value: z.number(),
        text: z.string(),
        names: z.array(z.string()).describe('The resources or rules concerned, at most 10; empty if unknown'),
        contribution: z.number().describe('Log-odds added to the risk; negative if it lowers the risk'),
      }),
    )
    .describe('Reasons for the risk, largest contribution first'),
  advice: z.array(z.string()),
  learntFrom: z.number().int().describe('Number of your own deployments that the weights were fitted to'),
});
export type RiskAssessment = z.infer<typeof RiskAssessment>;

/**
 * Log-odds of a deployment without notable features: 4 in 100, slightly less than the change failure rate of the best
 * teams (5 %, DORA 2024), because notable features add to it.
 */
const PRIOR_BIAS = Math.log(0.04 / 0.96);

/** The scorecard: the prior for every tenant before any deployment is known. */
export const PRIOR_RISK_MODEL: RiskModel = {
  bias: PRIOR_BIAS,
  weights: Object.fromEntries(FEATURE_NAMES.map((name) => [name, FEATURES[name].weight])),
  examples: 0,
};

/** A feature on the model's scale: doublings of (1 + count), or 0 or 1 for a flag. */
const scaled = (name: FeatureName, features: ChangeFeatures): number => {
  const value = features[name] ?? 0;
  return FEATURES[name].scale === 'flag' ? Math.min(1, value) : Math.log2(1 + value);
};

/** A row of the regression: 1 for the bias, then the features in the order of the catalogue. */
const rowOf = (features: ChangeFeatures): Float64Array =>
  Float64Array.of(1, ...FEATURE_NAMES.map((name) => scaled(name, features)));

/**
 * Expected distance of a tenant's true weight from the scorecard (standard deviation of a Gaussian). A weight of 1 may be 0 or
 * 2 for another tenant. Small weights stay close to the scorecard: size counts in every change, and its doublings would
 * give one large deployment too much leverage. Failure rates differ between teams, from 5 to 40 % (DORA 2024).
 */
const deviationOf = (name: FeatureName): number => Math.min(0.6, 0.1 + 0.5 * Math.abs(FEATURES[name].weight));
const BIAS_DEVIATION = 0.7;

/** Sorts examples, because floating-point sums depend on the order. */
const inOrder = (examples: readonly DeployExample[]): { row: Float64Array; label: number }[] =>
  examples
    .map(({ features, wasUnhealthy }) => ({ row: rowOf(features), label: wasUnhealthy ? 1 : 0 }))
    .map((example) => ({ example, key: `${example.row.join(' ')} ${example.label}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ example }) => example);

/**
 * Bayesian logistic regression: the most probable weights given a tenant's own deployments and a Gaussian around the
 * prior's weights (Bishop 2006, sec. 4.5; Newton's method, sec. 4.3.3). Without examples it returns the prior; a few
 * examples change little; their order does not matter. Features that never occurred keep the prior's weight.
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

/** High: at least as likely to fail as to succeed. Medium: one in six deserves a review. */
const HIGH = 0.5;
const MEDIUM = 1 / 6;
/** Reasons with smaller contributions (log-odds) are not listed. */
const MIN_CONTRIBUTION = 0.05;

/**
 * Destroyed data is always high risk: no rollback restores it, and a deployment that lost data can look healthy, so
 * outcomes do not teach its risk.
 */
const levelOf = (risk: number, features: ChangeFeatures): RiskLevel => {
  if (risk >= HIGH || (features.dataDestroyed ?? 0) > 0) return 'high';
  return risk >= MEDIUM ? 'medium' : 'low';
};

const MAX_NAMES = 10;

/** No features make success or failure certain. */
const MIN_RISK = 0.005;
const MAX_RISK = 0.99;

/**
 * The risk of a planned change, the reasons, and advice to lower it. If the findings of the change are given, reasons
 * list the names of the resources concerned.
 */
export const assessRisk = (
  model: RiskModel,
  features: ChangeFeatures,
  findings: ChangeFindings = {},
): RiskAssessment => {
  const parts = FEATURE_NAMES.map((name) => {
    const contribution = (model.weights[name] ?? 0) * scaled(name, features);
    const value = features[name] ?? 0;
    const names = (findings[name] ?? []).slice(0, MAX_NAMES);
    return { feature: name, value, text: FEATURES[name].words(value), names, contribution };
  });
  const logOdds = parts.reduce((total, { contribution }) => total + contribution, model.bias);
  const risk = Math.min(MAX_RISK, Math.max(MIN_RISK, probability(logOdds)));
  const reasons = parts
    .filter(({ contribution }) => Math.abs(contribution) >= MIN_CONTRIBUTION)
    .sort((a, b) => b.contribution - a.contribution || (a.feature < b.feature ? -1 : 1));
  const advice = parts.flatMap(({ feature, value }) => (value > 0 ? (ADVICE[feature] ?? []) : []));
  return { risk, level: levelOf(risk, features), reasons, advice, learntFrom: model.examples };
};
