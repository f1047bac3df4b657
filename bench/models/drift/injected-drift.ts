/** Drift of several kinds and sizes, put into series that had none. */
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { daysOf, type FleetSeries, STEPS_PER_DAY } from '../shared/fleet-series.ts';

/** Changes one value. `day` counts from the start of the drift and has fractions; `size` is in usual spreads. */
interface Change {
  readonly value: number;
  readonly day: number;
  readonly size: number;
  readonly spread: number;
  readonly median: number;
  /** Uniform in [0, 1), the same for an hour. */
  readonly chance: number;
}

const CHANGES = {
  'level up': ({ value, size, spread }: Change) => value + size * spread,
  'level down': ({ value, size, spread }: Change) => value - size * spread,
  'slow climb, reached in 14 days': ({ value, day, size, spread }: Change) =>
    value + Math.min(1, day / 14) * size * spread,
  'swings larger around the median': ({ value, size, median }: Change) =>
    median + (1 + size) * (value - median),
  'bursts in a third of the hours': ({ value, size, spread, chance }: Change) =>
    chance < 1 / 3 ? value + 2 * size * spread : value,
} as const;
type InjectedKind = keyof typeof CHANGES;
/** The pattern of the day moves by `size` x 3 hours. */
const MOVED_DAY = 'the day begins later';
export const INJECTED_KINDS: readonly string[] = [...Object.keys(CHANGES), MOVED_DAY];

const isKind = (kind: string): kind is InjectedKind => Object.hasOwn(CHANGES, kind);

/** Usual spread at the same hours, and the median, of the days before the drift. */
const usual = (values: Float64Array): { readonly spread: number; readonly median: number } => {
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const own = values.filter(
      (value, i) => Number.isFinite(value) && Math.floor((i % STEPS_PER_DAY) / (STEPS_PER_DAY / 24)) === hour,
    );
    return own.sort();
  });
  const spreads = Float64Array.from(
    hours,
    (own) => (sortedQuantile(own, 0.9) - sortedQuantile(own, 0.1)) / 2.563,
  ).sort();
  const sorted = values.filter(Number.isFinite).sort();
  const median = sortedQuantile(sorted, 0.5);
  return { spread: Math.max(sortedQuantile(spreads, 0.5), 0.01 * Math.abs(median)) || 1, median };
};

/** The series with a drift from day `from` on. */
export const injectDrift = (one: FleetSeries, kind: string, size: number, from: number): FleetSeries => {
  const before = daysOf(one.series, 0, from);
  const first = (before.start - one.series.start) / one.series.stepSeconds + from * STEPS_PER_DAY;
  const { spread, median } = usual(before.values);
  const random = randomStream(7, 'bursts', one.targetId, one.metric);
  let chance = random.uniform();
  const later = Math.round((size * 3 * STEPS_PER_DAY) / 24);
  const values = one.series.values.map((value, i, all) => {
    if (i < first) return value;
    if (i % 12 === 0) chance = random.uniform();
    const day = (i - first) / STEPS_PER_DAY;
    return isKind(kind) ? CHANGES[kind]({ value, day, size, spread, median, chance }) : all[i - later]!;
  });
  return { ...one, series: { ...one.series, values } };
};
