import type { TargetMaterial } from '../../core/deployments/target-effects.ts';
import type { ServerMetrics, SimulatedServer } from '../../core/simulator/fleet.ts';
import { METRIC_UNITS, SIMULATED_METRICS } from '../../core/simulator/fleet.ts';
import { simulateFleet } from '../../core/simulator/simulate-fleet.ts';
import type { History } from '../../core/storage/block-history.ts';
import type { TargetMetric } from '../../core/targets/target.ts';
import { normal, seededRandom } from '../detect/seeded-random.ts';

/** What a deployment did to its target; `none` may restart it, as any deployment does. */
export interface DeployHarm {
  readonly kind: 'none' | 'latency' | 'errors' | 'cpu' | 'throughput' | 'leak';
  /** Relative for latency and throughput; percent points for the others. */
  readonly size: number;
}

/** The harms that are planted, small to large. */
export const HARMS: readonly DeployHarm[] = [
  { kind: 'latency', size: 0.3 },
  { kind: 'latency', size: 0.6 },
  { kind: 'latency', size: 1.5 },
  { kind: 'errors', size: 0.5 },
  { kind: 'errors', size: 2 },
  { kind: 'errors', size: 10 },
  { kind: 'cpu', size: 10 },
  { kind: 'cpu', size: 25 },
  { kind: 'throughput', size: 0.2 },
  { kind: 'throughput', size: 0.5 },
  { kind: 'leak', size: 15 },
  { kind: 'leak', size: 40 },
];

/** One deployment with what is known around it. */
export interface DeployCase {
  readonly at: number;
  readonly harm: DeployHarm;
  readonly fleetWide: boolean;
  readonly own: TargetMaterial;
  readonly callers: readonly TargetMaterial[];
  readonly callees: readonly TargetMaterial[];
  readonly peers: readonly TargetMaterial[];
}

const DAY = 86_400;
const END = 1_795_255_200;
const MOST_PEERS = 5;

type Values = Readonly<Record<string, Float64Array>>;

/** The simulated metrics and a share of failed requests, which the simulator does not make. */
const withErrors = ({ metrics }: ServerMetrics, random: () => number): Values => {
  const busy = metrics.cpu_percent;
  let state = 0;
  const errors = Float64Array.from(busy, (cpu) => {
    state = 0.7 * state + 0.3 * normal(random);
    return Math.max(0, 0.15 + 0.002 * cpu + 0.12 * state);
  });
  return { ...metrics, error_rate_percent: errors };
};

const METRICS: Readonly<Record<string, TargetMetric>> = {
  ...Object.fromEntries(SIMULATED_METRICS.map((name) => [name, { kind: 'gauge', unit: METRIC_UNITS[name] }])),
  error_rate_percent: { kind: 'gauge', unit: '%' },
};

/** Factors and offsets at a moment after the deployment; a restart makes the first three minutes slow and cold. */
const touch = (metric: string, value: number, minutes: number, harm: DeployHarm, share: number): number => {
  const blip = minutes < 3 ? 1 : 0;
  const { kind, size } = harm;
  if (metric === 'latency_ms') return value * (1 + blip * 0.8) * (kind === 'latency' ? 1 + size * share : 1);
  if (metric === 'error_rate_percent') return value + blip * 0.5 + (kind === 'errors' ? size * share : 0);
  if (metric === 'cpu_percent') return Math.min(100, value + blip * 6 + (kind === 'cpu' ? size * share : 0));
  if (metric === 'request_rate') return value * (kind === 'throughput' ? 1 - size * share : 1);
  if (metric !== 'memory_percent') return value;
  return Math.min(100, value - 2 + (kind === 'leak' ? size * share * Math.min(1, minutes / 60) : 0));
};

const surge = (metric: string, value: number): number => {
  if (metric === 'latency_ms') return value * 1.7;
  if (metric === 'cpu_percent') return Math.min(100, value * 1.4);
  return metric === 'request_rate' || metric === 'network_mbps' ? value * 1.5 : value;
};

interface World {
  readonly servers: readonly SimulatedServer[];
  readonly start: number;
  readonly stepSeconds: number;
  readonly values: ReadonlyMap<string, Values>;
}

/** A fleet without incidents; every series at this step. */
export const makeWorld = (seed: number, servers: number, days: number, stepSeconds: number): World => {
  const fleet = simulateFleet({ seed, servers, days, stepSeconds, endAt: END, incidents: 0 });
  const random = seededRandom(seed + 7);
  const values = new Map([...fleet].map((each) => [each.server.id, withErrors(each, random)] as const));
  return { servers: fleet.servers, start: fleet.start, stepSeconds, values };
};

type Change = (metric: string, value: number, minutes: number) => number;

const materialOf = (world: World, server: SimulatedServer, at: number, change: Change): TargetMaterial => {
  const { start, stepSeconds, values } = world;
  const first = Math.max(0, Math.floor((at - 7 * DAY - start) / stepSeconds));
  const last = Math.floor((at + 3660 - start) / stepSeconds);
  const timestamps = Array.from({ length: last - first + 1 }, (_, i) => start + (first + i) * stepSeconds);
  const histories = Object.entries(values.get(server.id)!).map(([metric, all]): [string, History] => [
    metric,
    {
      timestamps,
      values: timestamps.map((time, i) => {
        const value = all[first + i]!;
        return time < at ? value : change(metric, value, (time - at) / 60);
      }),
    },
  ]);
  const target = {
    ...{ tenantId: 'bench', targetId: server.id, profile: server.profile, metrics: METRICS },
    ...{ firstSeen: start, lastSeen: at },
  };
  return { target, histories: new Map(histories) };
};

/** One deployment at a random moment on a random server. Neighbours feel latency and errors in part. */
export const drawCase = (
  world: World,
  random: () => number,
  harm: DeployHarm,
  fleetWide: boolean,
): DeployCase => {
  const server = world.servers[Math.floor(random() * world.servers.length)]!;
  const end = END - 3660;
  const at = Math.floor((world.start + 3 * DAY + random() * (end - world.start - 3 * DAY)) / 60) * 60;
  const common: Change = (metric, value) => (fleetWide ? surge(metric, value) : value);
  const spill = harm.kind === 'latency' || harm.kind === 'errors' ? 0.4 : 0;
  const calls = new Set(server.calls);
  const isCaller = (other: SimulatedServer) => other.calls.includes(server.id);
  const near = (other: SimulatedServer) => other.id === server.id || calls.has(other.id) || isCaller(other);
  const of = (servers: readonly SimulatedServer[], change: Change) =>
    servers.map((each) => materialOf(world, each, at, change));
  const others = world.servers.filter((other) => !near(other) && other.profile === server.profile);
  return {
    ...{ at, harm, fleetWide },
    own: materialOf(world, server, at, (m, v, minutes) => touch(m, common(m, v, minutes), minutes, harm, 1)),
    callers: of(world.servers.filter(isCaller), (m, v, minutes) =>
      minutes < 3 ? common(m, v, minutes) : touch(m, common(m, v, minutes), minutes, harm, spill),
    ),
    callees: of(
      world.servers.filter(({ id }) => calls.has(id)),
      common,
    ),
    peers: of(others.slice(0, MOST_PEERS), common),
  };
};
