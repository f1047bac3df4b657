import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import { thresholdOf } from '../../../core/metrics/targets/profiles.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import {
  type Fleet,
  type Incident,
  METRIC_UNITS,
  type ServerMetrics,
  type SimulatedMetric,
} from '../../../core/simulator/fleet.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import type { World } from './world.ts';

const STEP_SECONDS = 300;
const HORIZON = 96;
const HISTORY = (7 * DAY_SECONDS) / STEP_SECONDS;
const FLEET = { seed: 77, days: 30, stepSeconds: STEP_SECONDS, endAt: 1_790_000_000, developing: 0 } as const;
/** Hours before the breach at which a forecast is made. */
const HOURS_BEFORE = [1, 2, 4];
const BOUNDED: readonly SimulatedMetric[] = ['cpu_percent', 'memory_percent', 'disk_percent'];
/** Random times per server and metric at which a forecast without an incident is made. */
const HEALTHY_DRAWS = 4;

type Threshold = World['threshold'];

const thresholdOn = ({ server }: ServerMetrics, metric: SimulatedMetric): Threshold | null => {
  const threshold = thresholdOf(server.profile, metric, METRIC_UNITS[metric]);
  return threshold?.kind === 'fixed' ? threshold : null;
};

/** The world whose forecast starts at step `from`; null if the series does not reach that far. */
const worldAt = (
  { start, metrics }: ServerMetrics,
  metric: SimulatedMetric,
  from: number,
  threshold: Threshold,
  kind: string,
): World | null => {
  const values = metrics[metric];
  if (from < HISTORY || from + HORIZON > values.length) return null;
  return {
    kind,
    history: {
      start: start + (from - HISTORY) * STEP_SECONDS,
      stepSeconds: STEP_SECONDS,
      values: values.slice(from - HISTORY, from),
    },
    future: values.slice(from, from + HORIZON),
    threshold,
    bounds: { lower: 0, upper: 100 },
    isRamp: kind !== 'healthy',
  };
};

/** A slow incident, one, two and four hours before its metric breaches; none if it never does. */
const worldsBefore = (fleet: Fleet, { kind, start, end, rootCause }: Incident): World[] => {
  const server = fleet.generate(rootCause.target);
  const threshold = thresholdOn(server, rootCause.metric);
  if (threshold === null) return [];
  const stepOf = (at: number) => Math.max(0, Math.round((at - fleet.start) / STEP_SECONDS));
  const values = server.metrics[rootCause.metric].subarray(0, stepOf(end) + 1);
  const breach = values.findIndex((value, i) => i >= stepOf(start) && isBeyond(value, threshold));
  return HOURS_BEFORE.flatMap((hours) => {
    const from = breach - (hours * HOUR_SECONDS) / STEP_SECONDS;
    if (breach < 0 || from <= stepOf(start)) return [];
    return worldAt(server, rootCause.metric, from, threshold, `${kind}, ${hours} h before`) ?? [];
  });
};

const healthyWorlds = (fleet: Fleet): World[] =>
  fleet.servers.flatMap(({ id }) => {
    const random = randomStream(FLEET.seed, 'healthy', id);
    const server = fleet.generate(id);
    return BOUNDED.flatMap((metric) => {
      const threshold = thresholdOn(server, metric);
      return Array.from({ length: HEALTHY_DRAWS }, () => {
        const from = HISTORY + random.below(fleet.steps - HISTORY - HORIZON);
        return threshold && worldAt(server, metric, from, threshold, 'healthy');
      }).filter((world) => world !== null);
    });
  });

/** Disks that fill and memory that leaks on simulated servers, and the same servers in health. */
export const fleetWorlds = (servers: number): World[] => {
  const faulty = simulateFleet({ ...FLEET, servers, incidents: 2 * servers });
  const slow = faulty.incidents.filter(({ kind }) => kind === 'disk-filling' || kind === 'memory-leak');
  const healthy = simulateFleet({ ...FLEET, servers, incidents: 0 });
  return [...slow.flatMap((incident) => worldsBefore(faulty, incident)), ...healthyWorlds(healthy)];
};
