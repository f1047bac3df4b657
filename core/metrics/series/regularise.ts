import { InvalidInputError } from '../../shared/errors.ts';
import { detectStep } from './detect-step.ts';
import type { MetricKind, RegularSeries } from './metric-series.ts';

/** Points of one series as they arrive: any order, duplicates and gaps allowed; epoch seconds. */
export interface IrregularPoints {
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  readonly kind: MetricKind;
}

export interface RegulariseOptions {
  /** Known reporting interval; detected if omitted. */
  readonly stepSeconds?: number;
  /** A time on the grid, epoch seconds; by default, the grid goes through as many points as possible. */
  readonly gridAt?: number;
  /** Only this many of the latest steps are kept, which bounds memory for arbitrary timestamps. Default 100,000. */
  readonly maxSteps?: number;
}

const DEFAULT_MAX_STEPS = 100_000;
/** Larger timestamps (beyond the year 5138) must be milliseconds. */
const LATEST_EPOCH_SECOND = 1e11;

const checkPoints = (points: IrregularPoints): void => {
  if (points.timestamps.length !== points.values.length) {
    throw new InvalidInputError(
      `expected as many values as timestamps, found ${points.values.length} and ${points.timestamps.length}`,
      { field: 'values' },
    );
  }
  const bad = points.timestamps.findIndex((t) => !(Math.abs(t) < LATEST_EPOCH_SECOND));
  if (bad >= 0) {
    throw new InvalidInputError(
      `expected epoch seconds, found ${points.timestamps[bad]} at point ${bad + 1}`,
      {
        field: 'timestamps',
      },
    );
  }
};

interface Point {
  readonly at: number;
  readonly value: number;
}

/** Sorts by time; of several points with the same timestamp, the last to arrive wins. */
const sortAndDedupe = (points: IrregularPoints): Point[] => {
  const latest = new Map<number, number>();
  points.timestamps.forEach((at, i) => {
    latest.set(at, points.values[i]!);
  });
  return [...latest].map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at);
};

/** Rates per second between consecutive totals; a decrease means a restart from zero (as in Prometheus). */
const counterToRates = (points: readonly Point[]): Point[] =>
  points.slice(1).map((point, i) => {
    const before = points[i]!;
    const grown = point.value < before.value ? point.value : point.value - before.value;
    return { at: point.at, value: grown / (point.at - before.at) };
  });

/** The most common offset of the points from multiples of the step. */
const gridPhase = (points: readonly Point[], step: number): number => {
  const counts = new Map<number, number>();
  for (const { at } of points) {
    const offset = ((Math.round(at) % step) + step) % step;
    counts.set(offset, (counts.get(offset) ?? 0) + 1);
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
};

/**
 * Lays irregular points on an even grid: sorted, deduplicated (last wins), gaps as NaN, counters as per-second
 * rates with resets handled, deltas summed per step, several gauge readings in one step averaged.
 * @throws InvalidInputError for mismatched lengths, timestamps that are not epoch seconds, or no usable value
 */
export const regularise = (points: IrregularPoints, options: RegulariseOptions = {}): RegularSeries => {
  checkPoints(points);
  const reported = sortAndDedupe(points);
  const sorted = reported.filter((point) => Number.isFinite(point.value));
  const levels = points.kind === 'counter' ? counterToRates(sorted) : sorted;
  if (levels.length === 0) throw new InvalidInputError('the series has no usable value', { field: 'values' });
  const interval = detectStep(reported.map((point) => point.at));
  const stepSeconds = options.stepSeconds ?? interval;
  const phase = options.gridAt ?? gridPhase(levels, stepSeconds);
  const slot = (at: number) => Math.round((at - phase) / stepSeconds);
  const whole = points.kind === 'delta' ? wholeSlots(levels, slot, interval) : slotsOf(levels, slot);
  const { end } = whole;
  const first = Math.max(whole.first, end - (options.maxSteps ?? DEFAULT_MAX_STEPS) + 1);
  const values = fillGrid(levels, slot, first, end, points.kind);
  return { start: phase + first * stepSeconds, stepSeconds, values };
};

type SlotOf = (at: number) => number;

interface Slots {
  readonly first: number;
  readonly end: number;
}

const slotsOf = (points: readonly Point[], slot: SlotOf): Slots => ({
  first: slot(points[0]!.at),
  end: slot(points.at(-1)!.at),
});

/** Leaves out a first and a last slot of which reports are still missing: their sums would look like a fall. */
const wholeSlots = (points: readonly Point[], slot: SlotOf, interval: number): Slots => {
  const { first, end } = slotsOf(points, slot);
  const isOpen = slot(points.at(-1)!.at + interval) === end;
  const isCut = slot(points[0]!.at - interval) === first;
  const [start, last] = [isCut ? first + 1 : first, isOpen ? end - 1 : end];
  return start <= last ? { first: start, end: last } : { first, end };
};

/** The sum of a day of larger values, or their difference, would be infinite, and the series would look empty. */
const LARGEST = 1e300;
const finite = (value: number): number => Math.max(-LARGEST, Math.min(LARGEST, value));

const fillGrid = (
  points: readonly Point[],
  slot: SlotOf,
  first: number,
  end: number,
  kind: MetricKind,
): Float64Array => {
  const values = new Float64Array(end - first + 1).fill(Number.NaN);
  const seen = new Uint32Array(values.length);
  for (const { at, value } of points) {
    const i = slot(at) - first;
    if (i < 0 || i >= values.length) continue;
    const count = ++seen[i]!;
    const before = count === 1 ? 0 : values[i]!;
    values[i] = finite(kind === 'delta' ? before + value : before + (value - before) / count);
  }
  return values;
};
