import { type DetectionOutcome, mergeOutcomes } from '../../../core/anomalies/tracking/detection-outcome.ts';
import { replayHour } from '../../../core/anomalies/tracking/replay-hours.ts';
import type { TargetDetectors } from '../../../core/anomalies/tracking/target-detectors.ts';
import type { Block, BlockPoints } from '../../../core/metrics/blocks/block.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import {
  type ServerMetrics,
  SIMULATED_METRICS,
  type SimulatedMetric,
} from '../../../core/simulator/fleet.ts';

/** Value of a metric at a step of its series. */
export type ValueAt = (metric: SimulatedMetric, index: number) => number;

/** The simulated values without changes. */
export const asSimulated =
  ({ metrics }: ServerMetrics): ValueAt =>
  (metric, index) =>
    metrics[metric][index]!;

/** First step that begins a full hour, at least `hours` after the start of the series. */
export const stepAfter = ({ start, stepSeconds }: ServerMetrics, hours: number): number => {
  const second = Math.ceil(start / HOUR_SECONDS + hours) * HOUR_SECONDS;
  return Math.ceil((second - start) / stepSeconds);
};

const blockOf = (server: ServerMetrics, from: number, to: number, valueAt: ValueAt): Block => {
  const at = (index: number): number => server.start + index * server.stepSeconds;
  const points = (metric: SimulatedMetric): BlockPoints => ({
    offsets: Uint16Array.from({ length: to - from }, (_, i) => at(from + i) % HOUR_SECONDS),
    values: Float64Array.from({ length: to - from }, (_, i) => valueAt(metric, from + i)),
    receipts: new Float64Array(to - from),
  });
  return new Map(SIMULATED_METRICS.map((metric) => [metric, points(metric)]));
};

/** Replays the steps from `from` up to `to` on the detectors of a target hour by hour, as the pipeline does. */
export const replaySteps = (
  detectors: TargetDetectors,
  server: ServerMetrics,
  [from, to]: readonly [number, number],
  valueAt: ValueAt = asSimulated(server),
): DetectionOutcome => {
  const { start, stepSeconds } = server;
  const hourOf = (index: number): number => Math.floor((start + index * stepSeconds) / HOUR_SECONDS);
  const owner = { tenantId: 'bench', targetId: server.server.id };
  const tracked = SIMULATED_METRICS.length;
  const context = { owner, settings: NO_SETTINGS, metrics: {}, forecast: undefined, tracked };
  const steps: DetectionOutcome[] = [];
  for (let index = from; index < to; ) {
    let end = index;
    while (end < to && hourOf(end) === hourOf(index)) end++;
    steps.push(replayHour(detectors, hourOf(index), blockOf(server, index, end, valueAt), context));
    index = end;
  }
  return mergeOutcomes(steps);
};
