import type { Profile } from '../metrics/targets/target.ts';

/** Metrics of every simulated server, in the order in which they are written. */
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

/** Share of requests that failed, in percent; only in fleets that were asked for it. */
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
  /** Ids of the servers this one calls, and waits for. Nobody may call, even through others, who calls it. */
  readonly calls: readonly string[];
}

/** A server that shows an incident, how many calls away from its root cause, and in which metrics. */
export interface AffectedServer {
  readonly target: string;
  readonly hops: number;
  readonly metrics: readonly SimulatedMetric[];
}

/** An injected fault: what it is, when, where it started and which series show it. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  /** Epoch seconds, both inclusive. `end` lies after the fleet's end where the incident is still going on. */
  readonly start: number;
  readonly end: number;
  readonly rootCause: { readonly target: string; readonly metric: SimulatedMetric };
  /** Root cause first. */
  readonly affected: readonly AffectedServer[];
  /** How strong, in [0.6, 1]. */
  readonly strength: number;
  /** The change that caused it, where one did. */
  readonly changeId?: string;
}

/** Something that was done to a server. Only the changes named by an incident do harm. */
export interface ChangeEvent {
  readonly id: string;
  readonly kind: 'deployment' | 'rollback';
  readonly target: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly version: string;
}

/** All series of one server; `metrics[m][i]` belongs to `start + i * stepSeconds`, NaN where it went missing. */
export interface ServerMetrics {
  readonly server: SimulatedServer;
  readonly start: number;
  readonly stepSeconds: number;
  readonly metrics: Readonly<Record<SimulatedMetric, Float64Array>>;
  /** Values of `ERROR_METRIC`, where they were asked for. */
  readonly errors?: Float64Array;
}

export interface FleetOptions {
  readonly seed: number;
  readonly servers: number;
  readonly days: number;
  readonly stepSeconds: number;
  /** Epoch seconds; the last step is the newest multiple of `stepSeconds` that is not after it. */
  readonly endAt: number;
  /** Relative frequency of each profile. */
  readonly shares?: Readonly<Record<SimulatedProfile, number>>;
  /** Number of injected incidents; default one per 40 server-days. */
  readonly incidents?: number;
  /** How many of them are slow ones (disk, memory) still under way at the end; default 2 where there are any. */
  readonly developing?: number;
  /** Share of points that go missing, in [0, 1); default 0. */
  readonly missingShare?: number;
  /** Whether servers also report `ERROR_METRIC`; it changes no other value. */
  readonly errors?: boolean;
}

/** A simulated fleet. Plans and labels are held; series are made when asked for, so that any size fits in memory. */
export interface Fleet extends Iterable<ServerMetrics> {
  /** Epoch seconds of the first step. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly servers: readonly SimulatedServer[];
  readonly incidents: readonly Incident[];
  readonly changes: readonly ChangeEvent[];
  /** Series of one server, the same whenever and in whatever order they are asked for. @throws InvalidInputError */
  generate(serverId: string): ServerMetrics;
}
