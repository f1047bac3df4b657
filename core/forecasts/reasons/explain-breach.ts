import { assessBreach } from '../breach/assess-breach.ts';
import type { BreachExplanation, BreachReason } from '../breach-explanation.ts';
import type { Forecast, ForecastRequest } from '../engine/forecast.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { type Evidence, findEvidence, inDigits } from './evidence.ts';
import { shapleyValues, wholePercentages } from './shares.ts';

/** A series whose breach is predicted, and the forecast that predicts it. */
export interface ExplainedSeries {
  readonly request: ForecastRequest;
  readonly forecast: Forecast;
  readonly threshold: ResolvedThreshold;
  /** Probability of the breach. */
  readonly probability: number;
  /** Most extreme outer quantile of the forecast. */
  readonly expectedPeak: number;
  /** True for the used share of something whose load is divided among servers, such as CPU. */
  readonly isDivided: boolean;
}

const inPercent = (probability: number): string => `${Math.round(100 * probability)} %`;

/** Forecasts from now on of all requests, in their order, by the model that is explained. */
export type ForecastAgain = (requests: readonly ForecastRequest[]) => Promise<readonly Forecast[]>;

const withOnly = (request: ForecastRequest, evidence: readonly Evidence[], set: number): ForecastRequest =>
  evidence.reduce((rest, { without }, index) => ((set & (1 << index)) === 0 ? without(rest) : rest), request);

/**
 * The probability of the breach with each set of evidence (the bits of the index), the rest taken out of what is forecast;
 * length 2 ** number of kinds.
 */
const probabilities = async (
  forecastAgain: ForecastAgain,
  { request, threshold, probability }: ExplainedSeries,
  evidence: readonly Evidence[],
): Promise<number[]> => {
  const all = (1 << evidence.length) - 1;
  const requests = Array.from({ length: all }, (_, set) => withOnly(request, evidence, set));
  const forecasts = await forecastAgain(requests);
  const found = requests.map(
    ({ history }, set) => assessBreach(forecasts[set]!, threshold, history).probability,
  );
  return [...found, probability];
};

const usualLevel = (value: number): string =>
  `without anything of this, its usual course leads there with a probability of ${inPercent(value)}`;

const reasonsOf = (evidence: readonly Evidence[], values: readonly number[]): readonly BreachReason[] => {
  const amounts = [...shapleyValues(values, evidence.length), values[0]!];
  const shares = wholePercentages(amounts);
  const reasons = [...evidence, { kind: 'usual-level' as const, text: usualLevel(values[0]!) }];
  return reasons
    .map(({ kind, text }, index) => ({ kind, text, share: shares[index]! }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
};

/** Factors of capacity beyond this are not advice. */
const MAX_FACTOR = 3;

const withMoreCapacity = ({
  request,
  isDivided,
  threshold,
  expectedPeak,
}: ExplainedSeries): string | null => {
  const factor = expectedPeak / threshold.limit;
  if (!isDivided || threshold.direction !== 'above' || !(factor > 1 && factor <= MAX_FACTOR)) return null;
  // A peak at the bound of the metric says too little: the demand may be higher.
  const isCut = expectedPeak >= (request.bounds?.upper ?? Number.POSITIVE_INFINITY);
  const percent = `${isCut ? 'at least ' : ''}${Math.ceil(100 * (factor - 1))}`;
  const servers = Math.floor(1 / (factor - 1));
  const such = servers === 0 ? '' : ` (one more server for every ${servers})`;
  return `With ${percent} % more capacity${such} its likely peak would be ${inDigits(threshold.limit)} instead of ${inDigits(expectedPeak)}, if its load is spread evenly.`;
};

const withoutTop = (
  evidence: readonly Evidence[],
  values: readonly number[],
  top: BreachReason,
): string | null => {
  const index = evidence.findIndex(({ kind }) => kind === top.kind);
  if (index < 0) return null;
  const all = values.length - 1;
  return `Without the first reason, the probability would be ${inPercent(values[all & ~(1 << index)]!)} instead of ${inPercent(values[all]!)}.`;
};

/**
 * Explains a predicted breach by taking evidence out of what is forecast and forecasting again, with each set of kinds of
 * evidence: the share of a kind is what it adds to the probability on average over all orders (its Shapley value). Kinds
 * that speak against the breach have no share. At most fifteen forecasts; null if nothing speaks for the breach. Method and
 * measurements: `docs/adr/0036-reasons.md`.
 * @throws what `forecastAgain` throws
 */
export const explainBreach = async (
  forecastAgain: ForecastAgain,
  series: ExplainedSeries,
): Promise<Pick<BreachExplanation, 'reasons' | 'counterfactual'> | null> => {
  const { request, forecast, threshold } = series;
  const evidence = findEvidence({ request, ramp: forecast.ramp, threshold });
  const values = await probabilities(forecastAgain, series, evidence);
  const reasons = reasonsOf(evidence, values);
  const [top] = reasons;
  if (top === undefined) return null;
  return { reasons, counterfactual: withMoreCapacity(series) ?? withoutTop(evidence, values, top) };
};
