/** What speaks for a predicted breach. */
export const BREACH_REASONS = [
  'recent-climb',
  'recent-level',
  'time-of-day',
  'week-before',
  'interventions',
  'usual-level',
] as const;
export type BreachReasonKind = (typeof BREACH_REASONS)[number];

export interface BreachReason {
  readonly kind: BreachReasonKind;
  /** Whole percent of the probability, from 1 to 100; those of all reasons sum to 100. */
  readonly share: number;
  /** For people, without a full stop. */
  readonly text: string;
}

/** Why a breach is predicted. */
export interface BreachExplanation {
  /** The run whose forecast is explained, epoch milliseconds: one that announced the warning. */
  readonly issuedAt: number;
  /** The largest share first; at least one. */
  readonly reasons: readonly BreachReason[];
  /** What would have to be different, as a sentence; null if nothing can be said. */
  readonly counterfactual: string | null;
}
