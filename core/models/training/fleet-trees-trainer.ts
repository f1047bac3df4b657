/** Trains and scores the fleet trees: the models that correct forecasts of short histories. */
import { assessBreach } from '../../forecasts/breach/assess-breach.ts';
import { resolveThreshold } from '../../forecasts/breach/resolve-threshold.ts';
import { ENGINE_VERSION } from '../../forecasts/engine/engine-version.ts';
import {
  decodeFleetTrees,
  FLEET_FEATURES_HASH,
  type FleetTrees,
} from '../../forecasts/engine/fleet/fleet-trees.ts';
import { isBeyond, type ResolvedThreshold } from '../../forecasts/resolved-threshold.ts';
import { shippedFleetTrees } from '../../forecasts/shipped-fleet-trees.ts';
import { cutSeries } from '../../forecasts/training/fleet-series.ts';
import { FleetTrainingParameters } from '../../forecasts/training/fleet-training-parameters.ts';
import { type HeldOutForecasts, heldOutForecasts } from '../../forecasts/training/held-out-forecasts.ts';
import { trainOnFleet } from '../../forecasts/training/train-on-fleet.ts';
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { jsonHash } from '../../shared/canonical-json.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { LearnedSeries } from '../learned-series.ts';
import { centralShare, errorSums } from '../performance/error-sums.ts';
import type { Trainer } from '../ports.ts';
import type { WindowResult } from '../validation/compared-windows.ts';

export const FLEET_TREES_KIND = 'fleet-trees';

/** To be raised with each change of the training code that changes what it makes. */
const TRAINER_VERSION = 1;

/** Of the code that trains: with the same data, another hash may make another model. */
export const FLEET_TREES_CODE = jsonHash([TRAINER_VERSION, ENGINE_VERSION, FLEET_FEATURES_HASH]);

/** Of the file, whose own first bytes have it as well. */
const FORMAT = 1;
const FILE = 'trees.bin';

/** Windows of each series in a stretch: each stands for a time, so that losses at one time are compared as such. */
const WINDOWS = 6;
/** The same for every model, so that all are scored on the same windows. */
const WINDOW_SEED = 1;
/** Quantiles of the history that serve as limits, so that healthy fleets can be judged too. */
const LIMITS = [0.95, 0.99, 1];
/** A breach counts as absent only if at least this share of the steps has a value. */
const ENOUGH_VALUES = 0.9;

const limitsOf = ({ threshold }: LearnedSeries, history: RegularSeries): ResolvedThreshold[] => [
  ...(threshold === null ? [] : [resolveThreshold(threshold, history)]),
  ...LIMITS.map((quantile) =>
    resolveThreshold({ kind: 'historical', direction: 'above', quantile }, history),
  ),
];

const breachesOf = (
  learned: LearnedSeries,
  { with: made, actual }: HeldOutForecasts,
): WindowResult['breaches'] => {
  const history = cutSeries(learned.series, learned.series.start, made.start);
  const last = history.values.findLast(Number.isFinite) ?? Number.NaN;
  const isObserved = actual.filter(Number.isFinite).length >= ENOUGH_VALUES * actual.length;
  return limitsOf(learned, history).flatMap((limit) => {
    if (isBeyond(last, limit)) return [];
    const crossed = actual.some((value) => isBeyond(value, limit));
    if (!crossed && !isObserved) return [];
    return [{ warned: assessBreach(made, limit, history).severity !== 'info', crossed }];
  });
};

const resultOf = (learned: LearnedSeries, found: HeldOutForecasts): WindowResult => {
  const { with: made, part, actual, scale } = found;
  const { horizon, quantileLevels, quantiles } = made;
  const sums = errorSums({ quantileLevels, quantiles, actual, scale }, 0, horizon);
  const { seriesId, segment } = learned;
  return {
    ...{ seriesId, segment, window: `part ${part}` },
    ...{ loss: sums.scaledQuantileLoss / sums.steps, covered: centralShare(sums) },
    breaches: breachesOf(learned, found),
  };
};

const named = (series: readonly LearnedSeries[]) =>
  series.map((each) => ({ name: each.seriesId, series: each.series }));

const treesOf = (files: ReadonlyMap<string, Uint8Array> | undefined): FleetTrees => {
  if (files === undefined) return shippedFleetTrees();
  const bytes = files.get(FILE);
  if (bytes === undefined) throw new InvalidInputError(`the model has no file ${FILE}`);
  return decodeFleetTrees(bytes);
};

const parametersOf = (given: unknown): FleetTrainingParameters => {
  const parsed = FleetTrainingParameters.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError('the hyperparameters are not those of fleet trees', { cause: parsed.error });
};

/** @param seconds a clock for the latencies, in seconds from any time */
export const fleetTreesTrainer = (seconds: () => number): Trainer => ({
  train: async ({ series, window, parameters, seed }) => {
    const span = { trainFrom: window.from, trainUntil: window.to };
    const { artefact, metrics } = trainOnFleet(named(series), span, parametersOf(parameters), seed);
    return { format: FORMAT, files: new Map([[FILE, artefact]]), metrics: { ...metrics } };
  },
  score: async (files, series, stretch) => {
    const byName = new Map(series.map((each) => [each.seriesId, each]));
    const span = { scoreFrom: stretch.from, scoreUntil: stretch.to };
    const forecasts = heldOutForecasts(treesOf(files), named(series), span, WINDOWS, WINDOW_SEED);
    const results: WindowResult[] = [];
    const latencies: number[] = [];
    for (let began = seconds(); ; began = seconds()) {
      const { value, done } = forecasts.next();
      if (done) return { results, seconds: latencies };
      // With the forecast without trees, so at most twice the time of one forecast.
      latencies.push(seconds() - began);
      results.push(resultOf(byName.get(value.name)!, value));
    }
  },
});
