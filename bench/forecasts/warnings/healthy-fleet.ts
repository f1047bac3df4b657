import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { METRIC_UNITS, type ServerMetrics, SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { type HourlyRun, hourlyRuns, runSteps, type WatchedSeries } from './hourly-runs.ts';
import { alone, standing, standingFigures, upperMean } from './standing-figures.ts';

const STEP_SECONDS = 300;
const HOUR = HOUR_SECONDS / STEP_SECONDS;
/** Seeds of the fleets; the bars of standing warnings were chosen on 78 and 79. */
const SEEDS = [80, 83];
const FLEET = { days: 30, stepSeconds: STEP_SECONDS, endAt: 1_790_000_000, incidents: 0 } as const;
/** Successive hourly runs of each server that are counted, after one whose warnings may have stood before. */
const COUNTED_RUNS = 6;
/** Hourly runs in 30 days. */
const RUNS_PER_MONTH = 720;

/** Warnings that hourly runs raise in a fleet without incidents. */
export interface HealthyFleetFigures {
  readonly targets: number;
  readonly targetMonths: number;
  readonly raised: number;
  /** Those of them that no breach followed. */
  readonly falselyRaised: number;
  readonly falsePerTargetMonth: number;
  /** One-sided upper bound with 95 % confidence. */
  readonly atMostPerTargetMonth: number;
  /** Hours with a false warning, raised in it or before, per target and month. */
  readonly falseHoursPerTargetMonth: number;
  /** As `falsePerTargetMonth`, if warnings would not stand from run to run. */
  readonly falsePerTargetMonthAlone: number;
}

export const watchedSeries = ({ server, start, metrics, stepSeconds }: ServerMetrics): WatchedSeries[] =>
  SIMULATED_METRICS.map((metric) => ({
    target: server.id,
    profile: server.profile,
    metric,
    unit: METRIC_UNITS[metric],
    series: { start, stepSeconds, values: metrics[metric] },
  }));

/** The runs of each metric of a server, from a random hour on. */
const runsOf = (seed: number, server: ServerMetrics): HourlyRun[][] => {
  const watched = watchedSeries(server);
  const { first, last } = runSteps(watched[0]!.series);
  const random = randomStream(seed, 'healthy-hour', server.server.id);
  const from = first + random.below(last - first - COUNTED_RUNS * HOUR);
  return watched.map((one) => hourlyRuns(one, from, 1 + COUNTED_RUNS));
};

const fleetRuns = (seed: number, servers: number): HourlyRun[][] => {
  const fleet = simulateFleet({ ...FLEET, seed, servers });
  return fleet.servers.flatMap(({ id }) => runsOf(seed, fleet.generate(id)));
};

/**
 * Judges every metric of every server of healthy simulated fleets of `servers` each in successive runs that begin at a
 * random hour.
 */
export const healthyFleet = (servers: number): HealthyFleetFigures => {
  const runs = SEEDS.flatMap((seed) => fleetRuns(seed, servers));
  const { raised, falselyRaised, falseRuns } = standingFigures(runs, standing, STEP_SECONDS);
  const targets = SEEDS.length * servers;
  const targetMonths = (targets * COUNTED_RUNS) / RUNS_PER_MONTH;
  return {
    targets,
    targetMonths,
    raised,
    falselyRaised,
    falsePerTargetMonth: falselyRaised / targetMonths,
    atMostPerTargetMonth: upperMean(falselyRaised) / targetMonths,
    falseHoursPerTargetMonth: falseRuns / targetMonths,
    falsePerTargetMonthAlone: standingFigures(runs, alone, STEP_SECONDS).falselyRaised / targetMonths,
  };
};
