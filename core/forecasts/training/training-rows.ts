import { createHash } from 'node:crypto';
import { ByteWriter } from '../../shared/byte-buffer.ts';
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
 * The file of training rows: a line of JSON that describes it, then the rows as little-endian 32-bit floats.
 * `model/forestall_model/trees/train.py` reads it.
 */
export const encodeTrainingRows = (
  rows: readonly Float32Array[],
  { stepSeconds, maxLeadSeconds }: TrainingLimits,
): Uint8Array => {
  const header = {
    format: 1,
    featuresHash: FLEET_FEATURES_HASH,
    features: FLEET_FEATURES,
    levels: POOL_LEVELS,
    stepSeconds,
    maxLeadSeconds,
    rows: rows.length,
  };
  const text = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const writer = new ByteWriter();
  for (const byte of text) writer.u8(byte);
  for (const row of rows) for (const value of row) writer.f32(value);
  return writer.finish();
};

/** SHA-256 of the file of training rows, by which an artefact names what it learned from. */
export const trainingRowsHash = (rows: readonly Float32Array[], limits: TrainingLimits): string =>
  createHash('sha256').update(encodeTrainingRows(rows, limits)).digest('hex');
