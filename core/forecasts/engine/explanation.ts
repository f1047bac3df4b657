import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Continuation } from './continuation/continuation.ts';
import type { EnsembleModel } from './ensemble-model.ts';
import { memberShares } from './ensemble-quantiles.ts';
import type { Forecast, ForecastRamp, ForecastRequest } from './forecast.ts';
import type { LocalClock } from './local-time-forecast.ts';
import type { AdaptedForecast, ContinuedRamp } from './recent-changes.ts';
import type { RegimeChange } from './regime/regime-change.ts';
import type { SeriesView } from './series/series-view.ts';

/** The parts of a forecast that explain it. */
export type Explanation = Pick<Forecast, 'members' | 'reason' | 'warnings' | 'ramp'>;

/** Explains a forecast from too short a history. */
export const explainPrior = (observed: number): Explanation => ({
  members: [{ name: 'prior', weight: 1 }],
  reason: 'the history is too short to learn from, so the band is a wide prior',
  warnings: [`only ${observed} observed points: the band is a prior, not learned`],
});

const warningsOf = (
  { history, horizon }: ForecastRequest,
  model: EnsembleModel,
  observed: number,
): string[] => [
  ...(observed < history.values.length / 2
    ? [`${history.values.length - observed} of ${history.values.length} steps are missing`]
    : []),
  ...(model.longestTestedLead < horizon
    ? [`forecasts beyond ${model.longestTestedLead} steps could not be tested on this history`]
    : []),
];

/** Explains a forecast of the ensemble. */
export const explainBacktest = (
  request: ForecastRequest,
  model: EnsembleModel,
  observed: number,
): Explanation => {
  const members = memberShares(model);
  return {
    members,
    reason: `a backtest on this series favours ${members[0]!.name} among ${members.length} members`,
    warnings: warningsOf(request, model, observed),
  };
};

/** Adds the fleet model, if it gives a share of the quantiles. */
export const explainFleet = (explanation: Explanation, weight: number): Explanation =>
  weight === 0
    ? explanation
    : {
        ...explanation,
        members: [
          { name: 'fleet-trees', weight },
          ...explanation.members.map((member) => ({ ...member, weight: member.weight * (1 - weight) })),
        ].sort((a, b) => b.weight - a.weight),
        reason: `the history is short, so a model of other servers corrects the forecast with a weight of ${weight.toFixed(2)}; ${explanation.reason}`,
      };

const scaled = (continuation: Continuation, scale: number, centre: number): Continuation => ({
  centre: continuation.centre.map((value) => value * scale + centre),
  fan: continuation.fan.map((value) => value * scale),
  residuals: continuation.residuals.map((value) => value * scale),
  persistence: continuation.persistence,
});

/** Units of a forecast: of its view, its history, and the factor from these to those of the metric. */
export interface ForecastUnits {
  readonly view: SeriesView;
  readonly history: RegularSeries;
  readonly unit: number;
}

/** Converts a ramp from the units of the view to those of the metric. */
const rampInUnits = (
  { present: { ramp, weight }, continuation }: ContinuedRamp,
  { view: { scale, centre }, history: { start, stepSeconds }, unit }: ForecastUnits,
): ForecastRamp => {
  const { end, line } = ramp.episode;
  return {
    since: start + (end - line.length) * stepSeconds,
    perHour: (line.slope * scale * unit * HOUR_SECONDS) / stepSeconds,
    weight,
    continuation: scaled(continuation, scale * unit, centre * unit),
  };
};

const minuteOf = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 16)}Z`;

const short = (value: number): number => Number(Math.abs(value).toPrecision(3));

/** Adds a change that is mixed into the forecast with a weight. */
const withChange = (
  explanation: Explanation,
  name: string,
  weight: number,
  sentence: string,
): Explanation => ({
  ...explanation,
  members: [
    { name, weight },
    ...explanation.members.map((member) => ({ ...member, weight: member.weight * (1 - weight) })),
  ].sort((a, b) => b.weight - a.weight),
  reason: `${sentence} with a probability of ${weight.toFixed(2)}; otherwise ${explanation.reason}`,
});

const explainRamp = (explanation: Explanation, ramp: ForecastRamp): Explanation => {
  const verb = ramp.perHour > 0 ? 'climbing' : 'falling';
  const sentence = `${verb} by ${short(ramp.perHour)} per hour since ${minuteOf(ramp.since)}, which continues`;
  return { ...withChange(explanation, 'continuation', ramp.weight, sentence), ramp };
};

const explainRegime = (
  explanation: Explanation,
  { kind, at, change, weight }: RegimeChange,
  { view, history, unit }: ForecastUnits,
): Explanation => {
  const time = minuteOf(history.start + at * history.stepSeconds);
  const size = short(change * view.scale * unit);
  const sentence =
    kind === 'level-shift'
      ? `${change > 0 ? 'up' : 'down'} by ${size} since ${time}, which lasts`
      : `the daily pattern has moved by an hour since about ${time}, which lasts`;
  return withChange(explanation, kind, weight, sentence);
};

/** Adds a move of the local clock that the pattern of the day may follow. */
export const explainClock = (explanation: Explanation, { move, weight }: LocalClock): Explanation => {
  const minutes = Math.abs(move.forward) / 60;
  const sentence = `local clocks move ${minutes} minutes ${move.forward > 0 ? 'forward' : 'back'} at ${minuteOf(move.at)}`;
  const follows = `which the daily pattern follows with a probability of ${weight.toFixed(2)}`;
  return { ...explanation, reason: `${sentence}, ${follows}; ${explanation.reason}` };
};

/** Adds the recent change to which a forecast is adapted, if any. */
export const explainChange = (
  explanation: Explanation,
  { ramp, regime }: AdaptedForecast,
  units: ForecastUnits,
): Explanation => {
  if (ramp !== null) return explainRamp(explanation, rampInUnits(ramp, units));
  return regime === null ? explanation : explainRegime(explanation, regime, units);
};
