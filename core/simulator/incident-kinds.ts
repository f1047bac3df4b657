import {
  type Incident,
  type IncidentKind,
  SIMULATED_METRICS,
  type SimulatedMetric,
  type SimulatedProfile,
} from './fleet.ts';

/** Effect of incidents on a server at one moment; `NO_STRAIN` without an incident. */
export interface Strain {
  /** Factor on the server's external load. */
  load: number;
  /** Factor on the server's own latency, without the latency of its callees. */
  latency: number;
  /** Share in [0, 1] of requests that fail because of the server itself. */
  errors: number;
  /** Fraction in [0, 1] of the way from the usual value to 100 %. */
  cpu: number;
  memory: number;
  disk: number;
  /** The agent repeats its last report. */
  frozen: boolean;
}

export const noStrain = (): Strain => ({
  ...{ load: 1, latency: 1, errors: 0 },
  ...{ cpu: 0, memory: 0, disk: 0, frozen: false },
});

/** Progress of an incident at one server: `ramp` rises within minutes, `progress` over the whole duration. */
interface Phase {
  readonly ramp: number;
  readonly progress: number;
  readonly strength: number;
}

export interface IncidentBehaviour {
  readonly metric: SimulatedMetric;
  readonly hours: readonly [shortest: number, longest: number];
  /** Profiles on which it can start. */
  readonly profiles: readonly SimulatedProfile[];
  /** Spread along calls: to callers that wait for the root, or to callees that get its load and to their callers. */
  readonly spreads: 'nowhere' | 'to-callers' | 'to-callees';
  readonly atRoot: readonly SimulatedMetric[];
  /** Affected metrics of the other servers. Callers retry failures, so callees get more load. */
  readonly elsewhere: readonly SimulatedMetric[];
  /** Effect on the first affected server. Effects on other servers follow from their calls. */
  readonly apply: (strain: Strain, phase: Phase) => void;
}

const RAMP_SECONDS = 900;
const LOAD_METRICS: readonly SimulatedMetric[] = [
  'request_rate',
  'cpu_percent',
  'network_mbps',
  'latency_ms',
];
/** Metrics of a server that waits for an affected server. */
export const WAITING: readonly SimulatedMetric[] = ['latency_ms'];
const ANY: readonly SimulatedProfile[] = ['web', 'app', 'database', 'batch'];

/** Behaviour of each kind of incident. */
export const INCIDENT_BEHAVIOURS: Readonly<Record<IncidentKind, IncidentBehaviour>> = {
  'cpu-saturation': {
    metric: 'cpu_percent',
    hours: [1, 4],
    profiles: ANY,
    spreads: 'to-callers',
    atRoot: ['cpu_percent', 'latency_ms'],
    elsewhere: WAITING,
    apply: (strain, { strength, ramp }) => {
      strain.cpu = Math.max(strain.cpu, (0.6 + 0.4 * strength) * ramp);
    },
  },
  'memory-leak': {
    metric: 'memory_percent',
    hours: [14, 36],
    profiles: ['web', 'app', 'batch'],
    spreads: 'to-callers',
    atRoot: ['memory_percent', 'latency_ms'],
    elsewhere: WAITING,
    apply: (strain, { strength, progress }) => {
      strain.memory = Math.max(strain.memory, progress * (0.8 + 0.2 * strength));
      strain.latency *= 1 + 3 * progress ** 6;
    },
  },
  'disk-filling': {
    metric: 'disk_percent',
    hours: [14, 36],
    profiles: ANY,
    spreads: 'nowhere',
    atRoot: ['disk_percent'],
    elsewhere: [],
    apply: (strain, { strength, progress }) => {
      strain.disk = Math.max(strain.disk, progress * (0.8 + 0.2 * strength));
    },
  },
  'latency-regression': {
    metric: 'latency_ms',
    hours: [2, 8],
    profiles: ['web', 'app'],
    spreads: 'to-callers',
    atRoot: ['latency_ms', 'cpu_percent'],
    elsewhere: WAITING,
    apply: (strain, { strength, ramp }) => {
      strain.latency *= 1 + 4 * strength * ramp;
      strain.cpu = Math.max(strain.cpu, 0.25 * strength * ramp);
      strain.errors = Math.max(strain.errors, 0.05 * strength * ramp);
    },
  },
  'traffic-surge': {
    metric: 'request_rate',
    hours: [1, 3],
    profiles: ['web'],
    spreads: 'to-callees',
    atRoot: LOAD_METRICS,
    elsewhere: LOAD_METRICS,
    apply: (strain, { strength, ramp }) => {
      strain.load *= 1 + 1.6 * strength * ramp;
    },
  },
  'dependency-failure': {
    metric: 'latency_ms',
    hours: [0.75, 2.5],
    profiles: ['database', 'app'],
    spreads: 'to-callers',
    atRoot: LOAD_METRICS,
    elsewhere: LOAD_METRICS,
    apply: (strain, { strength, ramp }) => {
      strain.latency *= 1 + 8 * strength * ramp;
      strain.errors = Math.max(strain.errors, 0.5 * strength * ramp);
      strain.cpu = Math.max(strain.cpu, 0.6 * strength * ramp);
    },
  },
  'flat-line': {
    metric: 'cpu_percent',
    hours: [3, 8],
    profiles: ANY,
    spreads: 'nowhere',
    atRoot: SIMULATED_METRICS,
    elsewhere: [],
    apply: (strain) => {
      strain.frozen = true;
    },
  },
};

/** Adds the effect of an incident on its root server at `at` (epoch seconds), if it is active then. */
export const applyIncident = (strain: Strain, incident: Incident, at: number): void => {
  if (at < incident.start || at > incident.end) return;
  const since = at - incident.start;
  INCIDENT_BEHAVIOURS[incident.kind].apply(strain, {
    ramp: Math.min(1, (since + RAMP_SECONDS / 3) / RAMP_SECONDS),
    progress: since / (incident.end - incident.start),
    strength: incident.strength,
  });
};
