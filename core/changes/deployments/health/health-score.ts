/**
 * Health after a deployment as one number. Each part takes away a share of what is left, so that the score falls with
 * every part, never below 0, and several small doubts make one large one:
 *
 *   health = 100 * product over parts of (1 - weight * harm), harm and weight in [0, 1]
 */
import type { Concern } from './harm-direction.ts';

/** Whose metric it is, seen from what was deployed. */
export type Role = 'own' | 'caller' | 'callee';

/** One reason to doubt, with words for people. */
export interface HealthPart {
  /** Most that this part may take away. */
  readonly weight: number;
  /** How bad it is: 0 as usual, 1 as bad as counts. */
  readonly harm: number;
  readonly text: string;
}

/** What each concern may take away, on the target itself: failing or slow requests nearly all. */
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

/** What is seen at a neighbour counts less: it has reasons of its own. */
export const ROLE_WEIGHTS: Readonly<Record<Role, number>> = { own: 1, caller: 0.7, callee: 0.5 };

/** Spreads beyond the bar at which a metric counts as wholly bad. */
const FULL_HARM_SPREADS = 3.5;
const BASE_BAR = 2;
const BAR_PER_LOG = 0.5;

/**
 * Spreads below which a deviation is no harm. The more metrics are looked at, the further the unluckiest of them lies
 * out by chance: the largest of n normal variables grows as the square root of 2 ln n, heavier tails faster.
 */
export const harmlessSpreads = (metrics: number): number =>
  BASE_BAR + BAR_PER_LOG * Math.log(Math.max(1, metrics));

/** Harm in [0, 1] of a deviation in spreads towards the worse, among so many metrics looked at. */
export const harmOf = (spreads: number, metrics: number): number =>
  Math.min(1, Math.max(0, (spreads - harmlessSpreads(metrics)) / FULL_HARM_SPREADS));

/** The score, 0 to 100. */
export const healthOf = (parts: readonly HealthPart[]): number =>
  100 * parts.reduce((left, { weight, harm }) => left * (1 - weight * harm), 1);
