import { DAY_SECONDS, HOUR_SECONDS, WEEK_SECONDS } from '../../../shared/time.ts';
import type { ClockMove } from '../../../shared/time-zone.ts';
import { runningSums, type SeriesView } from '../series/series-view.ts';

/** Log odds that a daily pattern follows the local clock before any evidence: people do, jobs timed in UTC do not. */
const PRIOR = 2;
/** Errors within this time repeat each other's evidence. */
const MEMORY_SECONDS = 6 * HOUR_SECONDS;
/** Evidence is taken from the last week. */
const EVIDENCE_SECONDS = WEEK_SECONDS;
const MAX_SEASONS = 3;
/** Smaller weights, and those as close to one, are not worth a second forecast. */
const NEGLIGIBLE_WEIGHT = 0.05;

/** A move of the local clock, in steps. */
export interface StepMove {
  /** First step under the new clock, from the start of the history. */
  readonly at: number;
  /** Steps by which a pattern in local time comes earlier (negative: later). */
  readonly earlier: number;
}

/** The moves of a clock on the grid of a history, without those that are not a whole number of steps. */
export const stepMoves = (
  moves: readonly ClockMove[],
  { start, stepSeconds }: { readonly start: number; readonly stepSeconds: number },
): StepMove[] =>
  moves
    .map(({ at, forward }) => ({
      at: Math.ceil((at - start) / stepSeconds),
      earlier: forward / stepSeconds,
    }))
    .filter(({ at, earlier }) => at > 0 && Number.isInteger(earlier));

/**
 * For each of the first `n` steps, the step at which the local clock showed the time of day that it shows there under
 * the last clock. Where there is none (the hour that the clock skipped, the start), the step itself.
 */
const localSteps = (n: number, moves: readonly StepMove[]): Int32Array => {
  const steps = new Int32Array(n);
  let [next, shift, end] = [moves.length - 1, 0, n];
  for (let i = n - 1; i >= 0; i--) {
    if (next >= 0 && i + shift < moves[next]!.at) {
      end = moves[next]!.at;
      shift += moves[next--]!.earlier;
    }
    const from = i + shift;
    steps[i] = from >= 0 && from < end ? from : i;
  }
  return steps;
};

/** The history as it would have been if the last clock had applied from the start. */
export const inLocalTime = (view: SeriesView, moves: readonly StepMove[]): SeriesView => {
  const steps = localSteps(view.n, moves);
  const y = new Float64Array(view.n);
  for (let i = 0; i < y.length; i++) y[i] = view.y[steps[i]!]!;
  const { missing } = view;
  return {
    ...view,
    y,
    sums: runningSums(y),
    missing: missing === null ? null : Uint8Array.from(steps, (from) => missing[from]!),
  };
};

/** Mean of the same time of day in up to three seasons of `lag` steps before the move, or NaN. */
const before = (y: Float64Array, i: number, lag: number, at: number, earlier: number): number => {
  let [total, count] = [0, 0];
  const first = Math.max(1, Math.ceil((i + Math.max(0, earlier) - at + 1) / lag));
  for (let k = first; k < first + MAX_SEASONS; k++) {
    const from = i - k * lag + earlier;
    if (from < 0) break;
    total += y[from]!;
    count++;
  }
  return total / count;
};

/** Log-likelihood ratio (Laplace errors) of the values since the move: of the moved pattern over the unmoved one. */
const evidenceOf = ({ y, n, stepSeconds }: SeriesView, { at, earlier }: StepMove): number => {
  const [day, week] = [DAY_SECONDS / stepSeconds, WEEK_SECONDS / stepSeconds];
  const lag = at >= week + Math.abs(earlier) ? week : day;
  if (!Number.isInteger(lag)) return 0;
  let [usual, moved, count] = [0, 0, 0];
  for (let i = Math.max(at, n - EVIDENCE_SECONDS / stepSeconds); i < n; i++) {
    const [same, shifted] = [before(y, i, lag, at, 0), before(y, i, lag, at, earlier)];
    if (Number.isNaN(same) || Number.isNaN(shifted)) continue;
    usual += Math.abs(y[i]! - same);
    moved += Math.abs(y[i]! - shifted);
    count++;
  }
  if (!(usual > 0) && !(moved > 0)) return 0;
  return ((count * stepSeconds) / MEMORY_SECONDS) * Math.log(usual / moved);
};

/**
 * Probability that the daily pattern of a series follows the local clock, whose moves are known; `NEGLIGIBLE_WEIGHT` and
 * less are 0, and as close to one is 1. The values since the last move decide.
 */
export const localTimeWeight = (view: SeriesView, moves: readonly StepMove[]): number => {
  const last = moves.findLast(({ at }) => at < view.n);
  const evidence = last === undefined ? 0 : evidenceOf(view, last);
  const weight = 1 / (1 + Math.exp(-PRIOR - evidence));
  if (weight < NEGLIGIBLE_WEIGHT) return 0;
  return weight > 1 - NEGLIGIBLE_WEIGHT ? 1 : weight;
};

/** For each future step, the lead (from 0) of a forecast under the last clock of the history. */
export const localLeads = (n: number, horizon: number, moves: readonly StepMove[]): Int32Array => {
  const leads = new Int32Array(horizon);
  for (let h = 0; h < horizon; h++) {
    let lead = h;
    for (const { at, earlier } of moves) if (at >= n && at <= n + h) lead += earlier;
    leads[h] = Math.max(0, lead);
  }
  return leads;
};
