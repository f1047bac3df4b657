import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { scoreCandidates } from './backtest.ts';
import { planBacktest } from './backtest-plan.ts';
import { candidateFamily } from './candidate-family.ts';
import type { Candidate } from './candidates/candidate.ts';
import { buildModel, type EnsembleModel } from './ensemble-model.ts';
import { poolMembers } from './ensemble-quantiles.ts';
import { horizonBlocks, testLeads } from './horizon-blocks.ts';
import { otherPeriods } from './series/period-detection.ts';
import { mainPeriod, type SeriesView, viewSeries } from './series/series-view.ts';
import type { EngineSettings } from './settings.ts';

/** A series with the candidates that can forecast it. */
export interface PreparedSeries {
  readonly view: SeriesView;
  readonly candidates: readonly Candidate[];
}

/** The candidates of a view. */
export const withCandidates = (
  view: SeriesView,
  horizon: number,
  settings: EngineSettings,
): PreparedSeries => {
  const leads = testLeads(horizonBlocks(horizon), settings.leadsPerBlock, view.n);
  return { view, candidates: candidateFamily(view, leads) };
};

export const viewHistory = (history: RegularSeries): SeriesView => {
  const period = mainPeriod(history.stepSeconds);
  return viewSeries(history, period, (y) => otherPeriods(y, history.stepSeconds, period));
};

/** Tests the candidates on the series and weights them. */
export const learn = (
  { view, candidates }: PreparedSeries,
  horizon: number,
  settings: EngineSettings,
): EnsembleModel => {
  const plan = planBacktest(view, horizon, settings);
  return buildModel(scoreCandidates(view, plan, candidates), plan, view.scale, settings);
};

/** Quantiles (levels x horizon, in units of a view) at given levels. */
export type QuantilesAt = (levels: readonly number[]) => Float64Array[];

export const ensembleQuantiles =
  (
    { view, candidates }: PreparedSeries,
    model: EnsembleModel,
    { poolSharpening }: EngineSettings,
  ): QuantilesAt =>
  (levels) =>
    poolMembers(model, candidates, view, levels, poolSharpening);
