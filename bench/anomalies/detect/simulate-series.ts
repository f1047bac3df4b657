import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { normal, seededRandom } from '../../shared/seeded-random.ts';

/** A series to inject faults into. `values[i]` belongs to `timestamps[i]` (epoch seconds, evenly spaced). */
export interface CleanSeries {
  readonly name: string;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

type Shape = (timestamp: number, random: () => number, noise: number) => number;

const hourOf = (timestamp: number): number => ((timestamp % DAY_SECONDS) / DAY_SECONDS) * 24;
const isWeekend = (timestamp: number): boolean => ((Math.floor(timestamp / DAY_SECONDS) + 4) % 7) % 6 === 0;
const daily = (timestamp: number): number => Math.sin(((hourOf(timestamp) - 9) / 24) * 2 * Math.PI);

/** Typical normal metrics, each with its own noise. `noise` is a slow AR(1). */
const SHAPES: Readonly<Record<string, Shape>> = {
  'cpu-daily': (t, random, noise) => 45 + 20 * daily(t) + 3 * noise + 2 * normal(random),
  'cpu-weekly': (t, random, noise) =>
    40 + (isWeekend(t) ? 6 : 22) * daily(t) + 3 * noise + 2 * normal(random),
  'latency-lognormal': (t, random, noise) =>
    80 * Math.exp(0.25 * daily(t) + 0.1 * noise + 0.15 * normal(random)),
  'requests-counts': (t, random, noise) =>
    Math.max(0, Math.round(200 + 150 * daily(t) + 15 * noise + 14 * normal(random))),
  'memory-plateau': (_t, random, noise) => 62 + 1.5 * noise + 0.3 * normal(random),
  'batch-nightly': (t, random, noise) =>
    (hourOf(t) >= 2 && hourOf(t) < 4 ? 85 : 12) + noise + 2.5 * normal(random),
  'errors-sparse': (_t, random) => (random() < 0.15 ? Math.ceil(-2 * Math.log(1 - random())) : 0),
  'disk-bursts': (t, random, noise) =>
    5 + 2 * daily(t) + noise + (random() < 0.02 ? 30 * random() : 0) + 0.5 * normal(random),
  'queue-square': (t, random, noise) =>
    (hourOf(t) >= 8 && hourOf(t) < 18 ? 80 : 20) + 2 * noise + 3 * normal(random),
  'network-noise': (_t, random, noise) => 100 + 8 * noise + 12 * normal(random),
};

/** Names of the simulated metrics. */
export const SIMULATED_NAMES: readonly string[] = Object.keys(SHAPES);

/** A seeded simulated metric without faults, by default in 5-minute steps. */
export const simulateSeries = (
  name: string,
  points: number,
  seed: number,
  stepSeconds = 300,
): CleanSeries => {
  const shape = SHAPES[name]!;
  const random = seededRandom(seed);
  const timestamps = Float64Array.from({ length: points }, (_, i) => 1_717_372_800 + i * stepSeconds);
  let noise = 0;
  const values = timestamps.map((timestamp) => {
    noise = 0.95 * noise + Math.sqrt(1 - 0.95 ** 2) * normal(random);
    return shape(timestamp, random, noise);
  });
  return { name, timestamps, values };
};
