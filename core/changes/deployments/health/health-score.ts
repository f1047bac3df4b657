/**
 * Health after a deployment as one number. Each part removes a share of what is left, so the score falls with every
 * part, never goes below 0, and several small problems add up to a large one:
 *
 *   health = 100 * product over parts of (1 - weight * harm), harm and weight in [0, 1]
 */
import type { Concern } from './harm-direction.ts';

/** Role of a target relative to the deployed target. */
export type Role = 'own' | 'caller' | 'callee';

/** One reason for a lower score. */
export interface HealthPart {
  /** Largest share that this part can remove. */
  readonly weight: number;
  /** From 0 (as usual) to 1 (full weight). */
  readonly harm: number;
  /** For people. */
  readonly text: string;
}

/** Largest share that each concern can remove on the target itself. Failing or slow requests can remove nearly all. */
export const CONCERN_WEIGHTS: Readonly<Record<Concern, number>> = {
  'error-share': 0.95,
  failures: 0.9,
  availability: 0.95,
  latency: 0.9,
  'request-rate': 0.7,
  queue: 0.7,
  cpu: 0.7,
  memory: 0.6,
  'disk-space': 0.6,
  other: 0.35,
};

/** A neighbour's metrics count less, because they can move for other reasons. */
export const ROLE_WEIGHTS: Readonly<Record<Role, number>> = { own: 1, caller: 0.7, callee: 0.5 };

/** Spreads above the harmless limit at which harm reaches 1. */
const FULL_HARM_SPREADS = 3.5;
const BASE_LIMIT = 2;
const LIMIT_PER_LOG = 0.5;

/**
 * Spreads up to which a deviation is harmless. With more metrics, the largest deviation by chance is larger: the maximum
 * of n normal variables grows as the square root of 2 ln n, and faster with heavier tails.
 */
export const harmlessSpreads = (metrics: number): number =>
  BASE_LIMIT + LIMIT_PER_LOG * Math.log(Math.max(1, metrics));

/** Harm in [0, 1] of a deviation of this many spreads in the harmful direction, given the number of metrics checked. */
export const harmOf = (spreads: number, metrics: number): number =>
  Math.min(1, Math.max(0, (spreads - harmlessSpreads(metrics)) / FULL_HARM_SPREADS));

/** The score, 0 to 100. */
export const healthOf = (parts: readonly HealthPart[]): number =>
  100 * parts.reduce((left, { weight, harm }) => left * (1 - weight * harm), 1);
