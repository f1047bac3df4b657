import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { resolveThreshold } from '../../../core/forecasts/breach/resolve-threshold.ts';
import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { boundsOf, thresholdOf } from '../../../core/metrics/targets/profiles.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { METRIC_UNITS, type ServerMetrics, type SimulatedMetric } from '../../../core/simulator/fleet.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { isBeyond } from './world.ts';

const STEP_SECONDS = 300;
const HOUR = HOUR_SECONDS / STEP_SECONDS;
const HORIZON = 8 * HOUR;
const HISTORY = (14 * DAY_SECONDS) / STEP_SECONDS;
const FLEET = { seed: 78, days: 30, stepSeconds: STEP_SECONDS, endAt: 1_790_000_000, incidents: 0 } as const;
/** Hourly runs in 30 days. */
const RUNS_PER_MONTH = 720;

/** Warnings of breaches in a fleet without incidents. */
export interface HealthyFleetFigures {
  readonly targets: number;
  /** Warnings that began at the sampled hours, and those of them that no breach followed. */
  readonly warnings: number;
  readonly falseWarnings: number;
  readonly falsePerTargetMonth: number;
  /** Hours with a false warning, begun or continued, per target and month. */
  readonly falseHoursPerTargetMonth: number;
}

interface Judgement {
  readonly warns: boolean;
  readonly crossed: boolean;
}

/** Judges one metric at step `now` as a run of the product does: 14 days of history, the profile's threshold. */
const judge = (server: ServerMetrics, metric: SimulatedMetric, now: number): Judgement => {
  const all = server.metrics[metric];
  const history: RegularSeries = {
    start: server.start + (now - HISTORY) * STEP_SECONDS,
    stepSeconds: STEP_SECONDS,
    values: all.slice(now - HISTORY, now),
  };
  const unit = METRIC_UNITS[metric];
  const largest = history.values.reduce(
    (max, value) => (value > max ? value : max),
    Number.NEGATIVE_INFINITY,
  );
  const bounds = boundsOf(metric, unit, largest);
  const wanted = thresholdOf(server.server.profile, metric, unit, largest);
  if (wanted === undefined) return { warns: false, crossed: false };
  const threshold = resolveThreshold(wanted, history);
  const made = forecast({ history, horizon: HORIZON, ...(bounds && { bounds }) });
  const { severity } = assessBreach(made, threshold, history);
  const crossed = all.subarray(now, now + HORIZON).some((value) => isBeyond(value, threshold));
  return { warns: severity !== 'info', crossed };
};

interface Counts {
  began: number;
  falseBegan: number;
  falseHours: number;
}

const countServer = (server: ServerMetrics, random: RandomStream, counts: Counts): void => {
  const steps = server.metrics.cpu_percent.length;
  const now = HISTORY + HOUR + random.below(steps - HISTORY - HOUR - HORIZON);
  for (const metric of Object.keys(server.metrics) as SimulatedMetric[]) {
    const { warns, crossed } = judge(server, metric, now);
    if (!warns) continue;
    const isNew = !judge(server, metric, now - HOUR).warns;
    counts.began += Number(isNew);
    counts.falseBegan += Number(isNew && !crossed);
    counts.falseHours += Number(!crossed);
  }
};

/** Judges every metric of every server of a healthy simulated fleet at a random hour. */
export const healthyFleet = (servers: number): HealthyFleetFigures => {
  const fleet = simulateFleet({ ...FLEET, servers });
  const counts: Counts = { began: 0, falseBegan: 0, falseHours: 0 };
  for (const { id } of fleet.servers) {
    countServer(fleet.generate(id), randomStream(FLEET.seed, 'healthy-hour', id), counts);
  }
  return {
    targets: servers,
    warnings: counts.began,
    falseWarnings: counts.falseBegan,
    falsePerTargetMonth: (counts.falseBegan / servers) * RUNS_PER_MONTH,
    falseHoursPerTargetMonth: (counts.falseHours / servers) * RUNS_PER_MONTH,
  };
};
