import { createHash } from 'node:crypto';
import { mean } from '../../shared/maths/averages.ts';
import { FLEET_FEATURES, fleetFeatures } from '../engine/fleet/fleet-features.ts';
import { correctionUnit } from '../engine/fleet/fleet-quantiles.ts';
import { FLEET_FEATURES_HASH } from '../engine/fleet/fleet-trees.ts';
import { viewHistory } from '../engine/prepared-series.ts';
import { DEFAULT_QUANTILE_LEVELS, POOL_LEVELS, SCORED } from '../engine/quantiles/pool-levels.ts';
import { ensembleOf } from '../engine/recent-changes.ts';
import type { SeriesView } from '../engine/series/series-view.ts';
import { DEFAULT_SETTINGS } from '../engine/settings.ts';
import { pinballLoss } from '../forecast-losses.ts';
import type { TrainingWindow } from './training-windows.ts';

/** A row: the features, the target of each pool level, and the weight. */
const ROW_WIDTH = FLEET_FEATURES.length + POOL_LEVELS.length + 1;

/** Losses below this share of the series' scale count alike: an almost perfect forecast is not worth refining. */
const NEGLIGIBLE_LOSS = 0.01;
/** Share of the mean band that is added to the loss, so that forecasts that were right by luck weigh less. */
const EXPECTED_LOSS = 0.03;

/** Mean pinball loss (x 2) of the ensemble over the observed steps of the horizon, in units of the view. */
const ensembleLoss = (ensemble: readonly Float64Array[], actual: Float64Array): number => {
  let [total, count] = [0, 0];
  actual.forEach((y, h) => {
    if (!Number.isFinite(y)) return;
    count++;
    for (let l = SCORED.from; l < SCORED.to; l++) {
      total += (2 * pinballLoss(y - ensemble[l]![h]!, POOL_LEVELS[l]!)) / DEFAULT_QUANTILE_LEVELS.length;
    }
  });
  return total / Math.max(1, count);
};

const meanUnit = (ensemble: readonly Float64Array[], actual: Float64Array): number =>
  mean(Float64Array.from(actual, (_, h) => correctionUnit(ensemble, h)));

const rowsOf = (
  view: SeriesView,
  ensemble: readonly Float64Array[],
  actual: Float64Array,
  leads: readonly number[],
  weight: number,
): Float32Array[] => {
  const features = fleetFeatures(view, ensemble);
  const width = FLEET_FEATURES.length;
  return leads.flatMap((lead) => {
    const h = lead - 1;
    const y = actual[h]!;
    if (!Number.isFinite(y)) return [];
    const unit = correctionUnit(ensemble, h);
    const row = new Float32Array(ROW_WIDTH);
    row.set(features.subarray(h * width, (h + 1) * width));
    POOL_LEVELS.forEach((_, l) => {
      row[width + l] = (y - ensemble[l]![h]!) / unit;
    });
    // Targets are in units of the local width: weighting by it makes their loss that of the forecast.
    row[ROW_WIDTH - 1] = weight * unit;
    return [row];
  });
};

/**
 * Rows of one window: what the trees see at serving time, and how far the actual value was from each quantile of the
 * ensemble. Rows weigh inversely to the ensemble's loss, so that training lowers the mean of the log loss over series of
 * all sizes. None for a window whose features are undefined.
 */
export const trainingRows = ({ history, actual, leads, scale }: TrainingWindow): Float32Array[] => {
  const view = viewHistory(history);
  if (view.y.every((value) => value === view.y[0])) return [];
  const { ensembleAt } = ensembleOf(view, {
    horizon: actual.length,
    kept: null,
    settings: DEFAULT_SETTINGS,
    fleet: null,
  });
  const ensemble = ensembleAt(POOL_LEVELS);
  const standard = actual.map((value) => (value - view.centre) / view.scale);
  const loss =
    ensembleLoss(ensemble, standard) +
    EXPECTED_LOSS * meanUnit(ensemble, standard) +
    (NEGLIGIBLE_LOSS * scale) / view.scale;
  return rowsOf(view, ensemble, standard, leads, 1 / loss);
};

/** What the rows were cut from: the range of steps, and the longest lead. */
export interface TrainingLimits {
  readonly stepSeconds: { readonly min: number; readonly max: number };
  readonly maxLeadSeconds: number;
}

/**
 * SHA-256 by which an artefact names what it learned from: of a line of JSON that describes the rows, then the rows as
 * little-endian 32-bit floats.
 */
export const trainingRowsHash = (
  rows: readonly Float32Array[],
  { stepSeconds, maxLeadSeconds }: TrainingLimits,
): string => {
  const description = {
    format: 1,
    featuresHash: FLEET_FEATURES_HASH,
    features: FLEET_FEATURES,
    levels: POOL_LEVELS,
    stepSeconds: { min: stepSeconds.min, max: stepSeconds.max },
    maxLeadSeconds,
    rows: rows.length,
  };
  const hash = createHash('sha256').update(`${JSON.stringify(description)}\n`);
  const bytes = new DataView(new ArrayBuffer(4 * ROW_WIDTH));
  for (const row of rows) {
    for (let i = 0; i < ROW_WIDTH; i++) bytes.setFloat32(4 * i, row[i]!, true);
    hash.update(bytes);
  }
  return hash.digest('hex');
};
