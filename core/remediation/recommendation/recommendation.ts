import type { Horizon, RemediationPlan } from '../plan.ts';
import type { Factors } from './score.ts';

/** A plan that could be carried out, and the reasons for it. Risk, minutes, reversibility and cost are in the plan. */
export interface Recommendation {
  readonly plan: RemediationPlan;
  readonly horizon: Horizon;
  /** Product of the factors, in [0, 1]. */
  readonly score: number;
  readonly factors: Factors;
  /** Calibrated probability of the problem. */
  readonly confidence: number;
  /** Probability that the action ends the problem. */
  readonly expectedSuccess: number;
  /** Evidence, most important first. */
  readonly why: readonly string[];
  /** Steps, with the exact change. */
  readonly how: readonly string[];
}

/** An action that was allowed but is not recommended. */
export interface PassedOver {
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
}
