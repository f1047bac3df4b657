import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { visibleHours } from './fault-effect.ts';
import { seasonalSpread } from './inject-faults.ts';
import type { LabelledTarget, TargetFault, TargetSeries } from './labelled-target.ts';

/** Injected faults: one for each kind of anomaly that the detectors report, `duration` in three forms. */
export const INJECTED_TYPES = ['behavioural', 'pattern', 'correlation', 'duration'] as const;
export type InjectedType = (typeof INJECTED_TYPES)[number];

/** Days of the four faults: Tuesdays to Thursdays from the third week on, a week apart. */
const FAULT_DAYS: Readonly<Record<InjectedType, number>> = {
  behavioural: 16,
  pattern: 22,
  correlation: 29,
  duration: 36,
};
const HOURS: Readonly<Record<InjectedType, number>> = {
  behavioural: 2,
  pattern: 6,
  correlation: 6,
  duration: 12,
};
/** Heights in spreads of the series, drawn like those of a level shift. */
const heightOf = (random: () => number): number => 3 + 3 * random();
const LEAK_SPREADS = 8;

interface Scene {
  readonly values: readonly Float64Array[];
  readonly metrics: readonly string[];
  readonly rowsPerDay: number;
  readonly first: number;
  readonly rows: number;
  /** Shift of the values, in spreads. */
  readonly height: number;
  /** Number of the server, for faults that come in several forms. */
  readonly form: number;
}

const rewrite = (
  { values, metrics, rowsPerDay, first, rows }: Scene,
  metric: string,
  at: (value: number, age: number, spread: number, series: Float64Array) => number,
): void => {
  const series = values[metrics.indexOf(metric)]!;
  const spread = seasonalSpread(series.filter(Number.isFinite), rowsPerDay);
  const before = series.slice();
  for (let age = 0; age < rows; age++)
    series[first + age] = Math.max(0, at(before[first + age]!, age, spread, before));
};

const lastFinite = (series: Float64Array, before: number): number => {
  let row = before - 1;
  while (row > 0 && !Number.isFinite(series[row])) row--;
  return series[row]!;
};

const LOAD = ['request_rate', 'cpu_percent', 'network_mbps', 'latency_ms'];
const FORMS_OF_DURATION: readonly ((scene: Scene) => void)[] = [
  (scene) => {
    for (const metric of scene.metrics)
      rewrite(scene, metric, (_value, _age, _spread, before) => lastFinite(before, scene.first));
  },
  (scene) => rewrite(scene, 'latency_ms', (value, _age, spread) => value + scene.height * spread),
  (scene) =>
    rewrite(
      scene,
      'memory_percent',
      (value, age, spread) => value + (LEAK_SPREADS * spread * age) / scene.rows,
    ),
];

/** Rewrites the values of one fault. */
const INJECTORS: Readonly<Record<InjectedType, (scene: Scene) => void>> = {
  /** The traffic of half a day earlier: ordinary values at the wrong time. */
  behavioural: (scene) => {
    for (const metric of LOAD) {
      rewrite(
        scene,
        metric,
        (_value, age, _spread, before) => before[scene.first + age - scene.rowsPerDay / 2]!,
      );
    }
  },
  /** A regular saw-tooth of three points around the usual value for the time of day. */
  pattern: (scene) =>
    rewrite(scene, 'cpu_percent', (value, age, spread) => value + scene.height * spread * ((age % 3) - 1)),
  /** Fewer requests, more CPU. */
  correlation: (scene) => {
    rewrite(scene, 'request_rate', (value, _age, spread) => value - scene.height * spread);
    rewrite(scene, 'cpu_percent', (value, _age, spread) => value + scene.height * spread);
  },
  /** A frozen agent, a level shift of the latency, or a slow leak of memory. */
  duration: (scene) => FORMS_OF_DURATION[scene.form % FORMS_OF_DURATION.length]!(scene),
};

/** First row of the two hours of a day in which the load differs most from the load half a day before. */
const mostUnlike = (load: Float64Array, day: number, rowsPerDay: number, rows: number): number => {
  let best = day;
  let most = -1;
  for (let first = day; first + rows <= day + rowsPerDay; first += rows) {
    let sum = 0;
    for (let row = first; row < first + rows; row++) {
      const difference = Math.abs(load[row]! - load[row - rowsPerDay / 2]!);
      if (Number.isFinite(difference)) sum += difference;
    }
    if (sum > most) [best, most] = [first, sum];
  }
  return best;
};

/** A copy of a target with one fault of each type, days apart, at seeded hours. Gaps stay gaps. */
export const injectTypes = (target: TargetSeries, seed: number): LabelledTarget => {
  const { metrics, stepSeconds, start } = target;
  const random = seededRandom(seed);
  const values = target.values.map((series) => series.slice());
  const rowsPerDay = DAY_SECONDS / stepSeconds;
  const faults: TargetFault[] = INJECTED_TYPES.map((kind) => {
    const rows = (HOURS[kind] * HOUR_SECONDS) / stepSeconds;
    const day = FAULT_DAYS[kind] * rowsPerDay;
    const load = values[metrics.indexOf('request_rate')]!;
    const first =
      kind === 'behavioural'
        ? mostUnlike(load, day, rowsPerDay, rows)
        : day + Math.floor(random() * (rowsPerDay - rows));
    INJECTORS[kind]({ values, metrics, rowsPerDay, first, rows, height: heightOf(random), form: seed });
    const at = (row: number): number => start + row * stepSeconds;
    const fault = { kind, id: `${target.id} ${kind}`, first: at(first), last: at(first + rows - 1) };
    return { ...fault, hours: visibleHours({ ...target, values }, target.values, fault) };
  });
  return { ...target, values, faults };
};
