import { InvalidInputError } from '../../shared/errors.ts';
import { FLEET_FEATURES } from '../engine/fleet/fleet-features.ts';
import { POOL_LEVELS } from '../engine/quantiles/pool-levels.ts';
import { binBounds, binsOf } from './feature-bins.ts';
import { countRoot, type Histogram } from './histogram.ts';

/** The largest weight: sums of as many rows as there may be are exact in double precision. */
const LARGEST_WEIGHT = 2 ** 30;
const MAX_ROWS = 2 ** 22;

/** A feature that varies. */
export interface TableFeature {
  /** Place in a row. */
  readonly index: number;
  /** Upper bounds of all bins but the last. */
  readonly bounds: Float32Array;
  /** Bin of each row. */
  readonly bins: Uint8Array;
  /** Weights and numbers of all rows by bin. */
  readonly root: Histogram;
}

/** Training rows by column. */
export interface TrainingTable {
  readonly rows: number;
  /** Positive integers: their sums are exact, so that trees depend neither on the order of the rows nor on the machine. */
  readonly weights: Float64Array;
  readonly features: readonly TableFeature[];
  /** For each pool level. */
  readonly targets: readonly Float64Array[];
}

const WEIGHT = FLEET_FEATURES.length + POOL_LEVELS.length;

const checkRows = (rows: readonly Float32Array[]): void => {
  if (rows.length > MAX_ROWS)
    throw new InvalidInputError(`${rows.length} training rows; at most ${MAX_ROWS} are possible`);
  rows.forEach((row, r) => {
    if (row.length !== WEIGHT + 1)
      throw new InvalidInputError(`training row ${r} has ${row.length} numbers; expected ${WEIGHT + 1}`);
    const column = row.findIndex((value) => !Number.isFinite(value));
    if (column >= 0)
      throw new InvalidInputError(
        `number ${column} of training row ${r} is ${row[column]}; expected finite ones`,
      );
  });
};

const columnOf = (rows: readonly Float32Array[], column: number): Float32Array =>
  Float32Array.from(rows, (row) => row[column]!);

/**
 * Bins the features of training rows. Rows whose weight is less than 2^-31 of the largest are left out.
 * @throws InvalidInputError if a number is not finite, or if there are no or too many rows
 */
export const trainingTable = (given: readonly Float32Array[], bins: number): TrainingTable => {
  checkRows(given);
  const largest = given.reduce((most, row) => Math.max(most, row[WEIGHT]!), 0);
  const weightOf = (row: Float32Array): number => Math.round((row[WEIGHT]! / largest) * LARGEST_WEIGHT);
  const rows = given.filter((row) => weightOf(row) > 0);
  if (rows.length === 0) throw new InvalidInputError('there are no training rows with a weight above 0');
  const weights = Float64Array.from(rows, weightOf);
  const features = FLEET_FEATURES.flatMap((_, index) => {
    const column = columnOf(rows, index);
    const bounds = binBounds(column, bins);
    if (bounds.length === 0) return [];
    const own = binsOf(column, bounds);
    return [{ index, bounds, bins: own, root: countRoot(own, weights) }];
  });
  const targets = POOL_LEVELS.map((_, l) => Float64Array.from(columnOf(rows, FLEET_FEATURES.length + l)));
  return { rows: rows.length, weights, features, targets };
};
