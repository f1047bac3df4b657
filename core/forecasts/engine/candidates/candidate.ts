import type { RankScores } from '../quantiles/rank-scores.ts';

/** Requested leads of a candidate: the first `count` of `leads`, ascending, each >= 1. */
export interface LeadRequest {
  /** Only `y[0..origin)` may be used. */
  readonly origin: number;
  readonly leads: Int32Array;
  readonly count: number;
}

/** A method that gives one number per lead: `out[offset + j]` for step `origin + leads[j] - 1`. */
export interface PointCandidate {
  readonly kind: 'point';
  readonly name: string;
  /** Set if the candidate predicts normal scores: converts them back to values. */
  readonly scale?: RankScores;
  predict(request: LeadRequest, out: Float64Array, offset: number): void;
}

/** A method that gives a distribution per lead: pool level l of lead j at `out[offset + l * leads.length + j]`. */
export interface DistributionCandidate {
  readonly kind: 'distribution';
  readonly name: string;
  predict(request: LeadRequest, out: Float64Array, offset: number): void;
}

export type Candidate = PointCandidate | DistributionCandidate;
