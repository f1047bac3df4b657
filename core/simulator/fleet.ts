import type { Profile } from '../metrics/targets/target.ts';

/** Metrics of every simulated server, in output order. */
export const SIMULATED_METRICS = [
  'cpu_percent',
  'memory_percent',
  'disk_percent',
  'network_mbps',
  'latency_ms',
  'request_rate',
] as const;
export type SimulatedMetric = (typeof SIMULATED_METRICS)[number];

/** UCUM units of the simulated metrics. */
export const METRIC_UNITS: Readonly<Record<SimulatedMetric, string>> = {
  cpu_percent: '%',
  memory_percent: '%',
  disk_percent: '%',
  network_mbps: 'Mbit/s',
  latency_ms: 'ms',
  request_rate: '/s',
};

/** Percentage of failed requests; only if `errors` was requested. */
export const ERROR_METRIC = 'error_percent';

/** Profiles the simulator knows; `generic` has no behaviour of its own. */
export type SimulatedProfile = Exclude<Profile, 'generic'>;

export const INCIDENT_KINDS = [
  'cpu-saturation',
  'memory-leak',
  'disk-filling',
  'latency-regression',
  'traffic-surge',
  'dependency-failure',
  'flat-line',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

export interface SimulatedServer {
  readonly id: string;
  readonly profile: SimulatedProfile;
  /** Servers of one cell share a time zone and call only each other. */
  readonly cell: number;
  /** IDs of the servers that this one calls and waits for. The calls must not form a cycle. */
  readonly calls: readonly string[];
}

/** A server that an incident affects, its distance in calls from the root cause, and the affected metrics. */
export interface AffectedServer {
  readonly target: string;
  readonly hops: number;
  readonly metrics: readonly SimulatedMetric[];
}

/** An injected fault: its kind, time, root cause and affected series. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  /** Epoch seconds, both inclusive. `end` is after the fleet's end if the incident is ongoing. */
  readonly start: number;
  readonly end: number;
  readonly rootCause: { readonly target: string; readonly metric: SimulatedMetric };
  /** Root cause first. */
  readonly affected: readonly AffectedServer[];
  /** In [0.6, 1]. */
  readonly strength: number;
  /** The change that caused it, if any. */
  readonly changeId?: string;
}

/** A change made to a server. Only changes named by an incident are harmful. */
export interface ChangeEvent {
  readonly id: string;
  readonly kind: 'deployment' | 'rollback';
  readonly target: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly version: string;
}

/** All series of one server. `metrics[m][i]` is the value at `start + i * stepSeconds`, NaN if it is missing. */
export interface ServerMetrics {
  readonly server: SimulatedServer;
  readonly start: number;
  readonly stepSeconds: number;
  readonly metrics: Readonly<Record<SimulatedMetric, Float64Array>>;
  /** Values of `ERROR_METRIC`, if requested. */
  readonly errors?: Float64Array;
}

export interface FleetOptions {
  readonly seed: number;
  readonly servers: number;
  readonly days: number;
  readonly stepSeconds: number;
  /** Epoch seconds. The last step is the latest multiple of `stepSeconds` that is not after it. */
  readonly endAt: number;
  /** Relative frequency of each profile. */
  readonly shares?: Readonly<Record<SimulatedProfile, number>>;
  /** Number of injected incidents. Default: one per 40 server-days. */
  readonly incidents?: number;
  /** Number of slow incidents (disk, memory) that are ongoing at the end. Default: 2 if there are incidents. */
  readonly developing?: number;
  /** Share of missing points, in [0, 1). Default: 0. */
  readonly missingShare?: number;
  /** If true, servers also report `ERROR_METRIC`. Does not change the other values. */
  readonly errors?: boolean;
}

/** A simulated fleet. Series are generated on request, so a fleet of any size fits in memory. */
export interface Fleet extends Iterable<ServerMetrics> {
  /** Epoch seconds of the first step. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly servers: readonly SimulatedServer[];
  readonly incidents: readonly Incident[];
  readonly changes: readonly ChangeEvent[];
  /** Generates the series of one server; independent of the order of calls. @throws InvalidInputError */
  generate(serverId: string): ServerMetrics;
}
