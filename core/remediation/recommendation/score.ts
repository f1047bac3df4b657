import type { Reversibility, Risk } from '../action.ts';

/** What the score of a plan depends on. */
export interface Merits {
  /** Probability of the problem. */
  readonly confidence: number;
  readonly expectedSuccess: number;
  readonly risk: Risk;
  readonly reversibility: Reversibility;
  /** Minutes from the call to the effect. */
  readonly minutes: number;
  /** Minutes until the harm; 0 if it is there. */
  readonly leadMinutes: number;
  /** US dollars in the first day. */
  readonly usd: number;
  /** Units that the change touches. */
  readonly touches: number;
  /** Place among what helps against the type of problem, 0 for the most helpful. */
  readonly place: number;
}

/** Factors of a score, each in [0, 1]. */
export interface Factors {
  readonly likely: number;
  readonly works: number;
  readonly inTime: number;
  readonly safe: number;
  readonly reversible: number;
  readonly cheap: number;
  readonly small: number;
  readonly direct: number;
}

const SAFE: Readonly<Record<Risk, number>> = { low: 1, medium: 0.85, high: 0.6 };
const REVERSIBLE: Readonly<Record<Reversibility, number>> = { undo: 1, fades: 0.95, permanent: 0.8 };
/** Minutes of harm before the action has its effect that halve the score. */
const LATE_MINUTES = 60;
/** Dollars in the first day that halve the score. */
const DEAR_USD = 50;
const EACH_MORE_UNIT = 0.02;
const EACH_PLACE = 0.8;

/**
 * The factors by which plans are compared. Each depends on one merit and never falls as that merit gets better:
 * - `likely`, `works`: the probabilities of the problem and of success;
 * - `inTime`: 1 if the action has its effect before the harm, else it halves with every hour of harm;
 * - `safe`: 1, 0.85 and 0.6 for low, medium and high risk; `reversible`: 1 if it can be undone, 0.95 if its effect fades
 *   by itself, 0.8 if neither;
 * - `cheap`: 1 if it costs nothing, 0.5 at $50 in the first day; `small`: 1 for one unit, 2 % less odds for each more;
 * - `direct`: 1 for what helps most against the type of problem, 20 % less for each place after it.
 */
export const factorsOf = (merits: Merits): Factors => ({
  likely: merits.confidence,
  works: merits.expectedSuccess,
  inTime: 2 ** (-Math.max(0, merits.minutes - merits.leadMinutes) / LATE_MINUTES),
  safe: SAFE[merits.risk],
  reversible: REVERSIBLE[merits.reversibility],
  cheap: 1 / (1 + Math.max(0, merits.usd) / DEAR_USD),
  small: 1 / (1 + EACH_MORE_UNIT * (merits.touches - 1)),
  direct: EACH_PLACE ** merits.place,
});

/** How much each factor counts: its exponent, above 0. */
export type Weights = Readonly<Partial<Record<keyof Factors, number>>>;

/** Product of the factors, each to the power of its weight (1 if none is given): in [0, 1], never lower for a better factor. */
export const scoreOf = (factors: Factors, weights: Weights = {}): number =>
  factors.likely ** (weights.likely ?? 1) *
  factors.works ** (weights.works ?? 1) *
  factors.inTime ** (weights.inTime ?? 1) *
  factors.safe ** (weights.safe ?? 1) *
  factors.reversible ** (weights.reversible ?? 1) *
  factors.cheap ** (weights.cheap ?? 1) *
  factors.small ** (weights.small ?? 1) *
  factors.direct ** (weights.direct ?? 1);
