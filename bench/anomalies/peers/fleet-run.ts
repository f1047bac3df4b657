/** Runs the peer comparison over simulated fleets, with and without injected changes. */
import { PeerDetector, summarisePeers } from '../../../core/anomalies/engine/peer-detector.ts';
import { SIMULATED_METRICS, type SimulatedMetric } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';

export const DAYS = 14;
export const WARM_UP_DAYS = 2;
export const MOMENTS_PER_DAY = 288;
const STEP_SECONDS = 300;
const END_AT = Date.UTC(2026, 10, 21) / 1000;

/** One metric of the targets of one profile; NaN if a value is missing. */
export interface GroupSeries {
  readonly profile: string;
  readonly metric: SimulatedMetric;
  /** Epoch seconds of the first moment. */
  readonly start: number;
  readonly targets: readonly Float64Array[];
}

/** The groups of a fleet without incidents, by profile and metric; `mixed` puts all profiles into one group. */
export const cleanFleet = (seed: number, servers: number, mixed: boolean): GroupSeries[] => {
  const options = { seed, servers, days: DAYS, stepSeconds: STEP_SECONDS, endAt: END_AT };
  const fleet = simulateFleet({ ...options, incidents: 0, missingShare: 0.01 });
  const profileOf = (profile: string): string => (mixed ? 'mixed' : profile);
  const groups = Map.groupBy([...fleet], ({ server }) => profileOf(server.profile));
  return [...groups].flatMap(([profile, own]) =>
    SIMULATED_METRICS.map((metric) => {
      return { profile, metric, start: fleet.start, targets: own.map(({ metrics }) => metrics[metric]) };
    }),
  );
};

/** Changes a value; target and moment are indexes. */
export type Change = (target: number, moment: number, value: number) => number;

export interface Alarm {
  readonly target: number;
  readonly moment: number;
}

/** Alarms of a group, in order. */
export const alarmsOf = (
  { start, targets }: GroupSeries,
  change: Change = (_t, _m, value) => value,
): Alarm[] => {
  const comparison = new PeerDetector();
  const alarms: Alarm[] = [];
  for (let moment = 0; moment < targets[0]!.length; moment++) {
    const values = new Map<string, number>();
    targets.forEach((series, target) => {
      const value = change(target, moment, series[moment]!);
      if (Number.isFinite(value)) values.set(String(target), value);
    });
    const { departures } = comparison.next(start + moment * STEP_SECONDS, values);
    for (const { targetId } of departures) alarms.push({ target: Number(targetId), moment });
  }
  return alarms;
};

/** Usual variation of each target's distance from the median of its group: MAD, as a standard deviation. */
export const usualSpreads = ({ targets }: GroupSeries): number[] => {
  const medians = Array.from(
    targets[0]!,
    (_, moment) => summarisePeers(targets.map((series) => series[moment]!))?.median,
  );
  return targets.map((series) => {
    const distances = Array.from(series, (value, moment) => value - (medians[moment] ?? Number.NaN));
    return summarisePeers(distances)?.spread ?? 0;
  });
};
