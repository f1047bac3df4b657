import type { BlockPoints } from '../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { METRIC_UNITS, type ServerMetrics, SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';

/** Fixed, so that every measurement uses the same series. */
export const FIRST_RUN = Date.UTC(2026, 10, 1) / 1000;
export const SERIES_PER_TARGET = SIMULATED_METRICS.length;
const DAYS = 14;
/** Max number of hourly runs after the first. */
const HOURS_AFTER = 7;
const STEP_SECONDS = 300;
const POINTS_PER_HOUR = HOUR_SECONDS / STEP_SECONDS;

/** A simulated server as stored: hour blocks by hour since the epoch. */
export interface StoredServer {
  readonly target: Target;
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

const targetOf = ({ server }: ServerMetrics): Target => ({
  tenantId: 'bench',
  targetId: server.id,
  profile: server.profile,
  metrics: Object.fromEntries(
    SIMULATED_METRICS.map((metric) => [metric, { kind: 'gauge' as const, unit: METRIC_UNITS[metric] }]),
  ),
  firstSeen: FIRST_RUN - DAYS * DAY_SECONDS,
  lastSeen: FIRST_RUN,
});

/** Agents report two decimals; each push has its own receipt. */
const pointsOf = (values: Float64Array, from: number, hour: number): BlockPoints => ({
  offsets: Uint16Array.from({ length: POINTS_PER_HOUR }, (_, i) => i * STEP_SECONDS),
  values: values.subarray(from, from + POINTS_PER_HOUR).map((value) => Math.round(100 * value) / 100),
  receipts: Float64Array.from(
    { length: POINTS_PER_HOUR },
    (_, i) => 1000 * (hour * HOUR_SECONDS + i * STEP_SECONDS) + 250,
  ),
});

const blocksOf = ({ start, metrics }: ServerMetrics): Map<number, Uint8Array> => {
  const blocks = new Map<number, Uint8Array>();
  const steps = metrics[SIMULATED_METRICS[0]].length;
  const first = Math.ceil(start / HOUR_SECONDS);
  const skipped = (first * HOUR_SECONDS - start) / STEP_SECONDS;
  for (let from = skipped; from + POINTS_PER_HOUR <= steps; from += POINTS_PER_HOUR) {
    const hour = first + (from - skipped) / POINTS_PER_HOUR;
    const block = SIMULATED_METRICS.map((metric) => [metric, pointsOf(metrics[metric], from, hour)] as const);
    blocks.set(hour, encodeBlock(new Map(block)));
  }
  return blocks;
};

/** Servers with blocks from two weeks before the first run until some hours after it. */
export const simulatedServers = (servers: number): StoredServer[] => {
  const fleet = simulateFleet({
    seed: 7,
    servers,
    days: DAYS + (HOURS_AFTER + 1) / 24,
    stepSeconds: STEP_SECONDS,
    endAt: FIRST_RUN + HOURS_AFTER * HOUR_SECONDS,
  });
  return [...fleet].map((data) => ({ target: targetOf(data), blocks: blocksOf(data) }));
};
