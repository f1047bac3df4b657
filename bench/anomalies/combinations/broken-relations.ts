import { upperMedian } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { ServerMetrics, SimulatedMetric } from '../../../core/simulator/fleet.ts';
import { asSimulated, type ValueAt } from './simulated-target.ts';

const HALF_HOURS = 48;
/** Standard deviation per median absolute deviation of a normal distribution. */
const NORMAL_MAD = 1.4826;

/** A fault after which a metric is no longer consistent with the others. */
export interface BrokenRelation {
  readonly name: string;
  readonly metric: SimulatedMetric;
  /** In usual deviations of the metric from its time of day; two or three are ordinary on their own. */
  readonly size: number;
}

export const BROKEN_RELATIONS: readonly BrokenRelation[] = [2, 3, 4].flatMap((size) => [
  { name: `cpu up by ${size}, requests as usual`, metric: 'cpu_percent', size },
  { name: `requests down by ${size}, cpu as usual`, metric: 'request_rate', size: -size },
  { name: `latency up by ${size}, load as usual`, metric: 'latency_ms', size },
  { name: `network up by ${size}, requests as usual`, metric: 'network_mbps', size },
]);

/** Usual distance of a metric from the median of its half hour of the day: 1.4826 x the median absolute deviation. */
export const usualDeviation = (
  { start, stepSeconds, metrics }: ServerMetrics,
  metric: SimulatedMetric,
): number => {
  const byHalfHour = Array.from({ length: HALF_HOURS }, (): number[] => []);
  metrics[metric].forEach((value, i) => {
    const second = (start + i * stepSeconds) % DAY_SECONDS;
    byHalfHour[Math.floor((second / DAY_SECONDS) * HALF_HOURS)]!.push(value);
  });
  const distances = byHalfHour.flatMap((values) => {
    const usual = upperMedian(values);
    return values.map((value) => Math.abs(value - usual));
  });
  return NORMAL_MAD * upperMedian(distances);
};

/** Values of the server with the fault on the steps from `from` up to `to`. */
export const withBrokenRelation = (
  server: ServerMetrics,
  { metric, size }: BrokenRelation,
  [from, to]: readonly [number, number],
): ValueAt => {
  const clean = asSimulated(server);
  const step = size * usualDeviation(server, metric);
  const isFaulty = (name: SimulatedMetric, index: number): boolean =>
    name === metric && index >= from && index < to;
  // A rate cannot be negative.
  return (name, index) => Math.max(0, clean(name, index) + (isFaulty(name, index) ? step : 0));
};
