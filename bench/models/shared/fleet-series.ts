/** Series of a fleet for the benches of models: real machines, or simulated servers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { readLongCsv } from '../../forecasts/forecast/fleet-data.ts';

export interface FleetSeries {
  readonly targetId: string;
  readonly profile: string;
  readonly metric: string;
  readonly series: RegularSeries;
}

export const STEP_SECONDS = 300;
export const STEPS_PER_DAY = 288;
const REAL_METRICS = ['cpu-percent', 'memory-kb', 'network-received-kbps', 'disk-write-kbps'] as const;

/** Half of the machines, by their name: what chooses thresholds never sees the other half, which judges them. */
export type Half = 'chosen-on' | 'judged-on';
const halfOf = (target: string): Half =>
  randomStream(17, 'half', target).uniform() < 0.5 ? 'chosen-on' : 'judged-on';

/** The Bitbrains machines of one half with at least `days` days; none without the data directory. */
export const realSeries = (data: string, half: Half, days: number): FleetSeries[] =>
  REAL_METRICS.flatMap((metric) => {
    const path = join(data, 'fleet', `bitbrains-${metric}.csv.gz`);
    if (data === '' || !existsSync(path)) return [];
    return [...readLongCsv(path)]
      .filter(([target, { values }]) => halfOf(target) === half && values.length >= days * STEPS_PER_DAY)
      .map(([target, { start, values }]) => ({
        ...{ targetId: target, profile: 'generic', metric },
        series: { start, values, stepSeconds: STEP_SECONDS },
      }));
  });

/** All metrics of a simulated fleet without incidents. */
export const simulatedSeries = (seed: number, servers: number, days: number): FleetSeries[] => {
  const options = { days, stepSeconds: STEP_SECONDS, endAt: 1_790_000_000, incidents: 0 };
  const fleet = simulateFleet({ ...options, seed, servers });
  return [...fleet].flatMap(({ server, start, metrics }) =>
    SIMULATED_METRICS.map((metric) => ({
      ...{ targetId: server.id, profile: server.profile, metric },
      series: { start, stepSeconds: STEP_SECONDS, values: metrics[metric] },
    })),
  );
};

/** Days [from, to) of a series, counted from its first whole day. */
export const daysOf = ({ start, values }: RegularSeries, from: number, to: number): RegularSeries => {
  const first = (Math.ceil(start / 86_400) * 86_400 - start) / STEP_SECONDS;
  return {
    start: start + (first + from * STEPS_PER_DAY) * STEP_SECONDS,
    stepSeconds: STEP_SECONDS,
    values: values.slice(first + from * STEPS_PER_DAY, first + to * STEPS_PER_DAY),
  };
};

/** Number of whole days of a series. */
export const wholeDays = ({ start, values }: RegularSeries): number =>
  Math.floor((values.length - (Math.ceil(start / 86_400) * 86_400 - start) / STEP_SECONDS) / STEPS_PER_DAY);
