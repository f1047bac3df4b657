import {
  type AffectedServer,
  type Incident,
  type IncidentKind,
  SIMULATED_METRICS,
  type SimulatedMetric,
  type SimulatedProfile,
} from './fleet.ts';

/** What incidents do to a server at one moment; `NO_STRAIN` where none is under way. */
export interface Strain {
  /** Factor on the load. */
  load: number;
  /** Factor on the latency. */
  latency: number;
  /** Shares in [0, 1] of the way from the usual value to full. */
  cpu: number;
  memory: number;
  disk: number;
  /** The agent repeats its last report. */
  frozen: boolean;
}

export const noStrain = (): Strain => ({ load: 1, latency: 1, cpu: 0, memory: 0, disk: 0, frozen: false });

/** How far an incident has come at one server: `ramp` rises within minutes, `progress` over its whole length. */
interface Phase {
  readonly ramp: number;
  readonly progress: number;
  /** Strength at this many hops. */
  readonly gain: number;
  readonly hops: number;
}

export interface IncidentBehaviour {
  readonly metric: SimulatedMetric;
  readonly hours: readonly [shortest: number, longest: number];
  /** Profiles on which it starts. */
  readonly profiles: readonly SimulatedProfile[];
  /** Whom it reaches, along calls. */
  readonly spreads: 'nowhere' | 'to-callers' | 'to-all-callers' | 'to-callees';
  readonly atRoot: readonly SimulatedMetric[];
  readonly elsewhere: readonly SimulatedMetric[];
  readonly apply: (strain: Strain, phase: Phase) => void;
}

const RAMP_SECONDS = 900;
const GAIN_PER_HOP = 0.6;
const LOAD_METRICS: readonly SimulatedMetric[] = [
  'request_rate',
  'cpu_percent',
  'network_mbps',
  'latency_ms',
];
const ANY: readonly SimulatedProfile[] = ['web', 'app', 'database', 'batch'];

/** Every kind of incident: where it starts, how long it lasts, what it does. */
export const INCIDENT_BEHAVIOURS: Readonly<Record<IncidentKind, IncidentBehaviour>> = {
  'cpu-saturation': {
    metric: 'cpu_percent',
    hours: [1, 4],
    profiles: ANY,
    spreads: 'nowhere',
    atRoot: ['cpu_percent', 'latency_ms'],
    elsewhere: [],
    apply: (strain, { gain, ramp }) => {
      strain.cpu = Math.max(strain.cpu, (0.6 + 0.4 * gain) * ramp);
    },
  },
  'memory-leak': {
    metric: 'memory_percent',
    hours: [14, 36],
    profiles: ['web', 'app', 'batch'],
    spreads: 'nowhere',
    atRoot: ['memory_percent', 'latency_ms'],
    elsewhere: [],
    apply: (strain, { gain, progress }) => {
      strain.memory = Math.max(strain.memory, progress * (0.8 + 0.2 * gain));
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
    apply: (strain, { gain, progress }) => {
      strain.disk = Math.max(strain.disk, progress * (0.8 + 0.2 * gain));
    },
  },
  'latency-regression': {
    metric: 'latency_ms',
    hours: [2, 8],
    profiles: ['web', 'app'],
    spreads: 'to-callers',
    atRoot: ['latency_ms', 'cpu_percent'],
    elsewhere: ['latency_ms'],
    apply: (strain, { gain, ramp, hops }) => {
      strain.latency *= 1 + 2 * gain * ramp;
      if (hops === 0) strain.cpu = Math.max(strain.cpu, 0.25 * gain * ramp);
    },
  },
  'traffic-surge': {
    metric: 'request_rate',
    hours: [1, 3],
    profiles: ['web'],
    spreads: 'to-callees',
    atRoot: LOAD_METRICS,
    elsewhere: LOAD_METRICS,
    apply: (strain, { gain, ramp }) => {
      strain.load *= 1 + 1.6 * gain * ramp;
    },
  },
  'dependency-failure': {
    metric: 'latency_ms',
    hours: [0.75, 2.5],
    profiles: ['database', 'app'],
    spreads: 'to-all-callers',
    atRoot: ['latency_ms', 'cpu_percent', 'request_rate', 'network_mbps'],
    elsewhere: ['latency_ms', 'request_rate', 'cpu_percent', 'network_mbps'],
    apply: (strain, { gain, ramp, hops }) => {
      strain.latency *= 1 + 8 * gain * ramp;
      strain.load *= 1 - 0.5 * gain * ramp;
      if (hops === 0) strain.cpu = Math.max(strain.cpu, 0.6 * gain * ramp);
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

/** Adds what one incident does to one affected server at `at` (epoch seconds); nothing outside its time. */
export const applyIncident = (
  strain: Strain,
  incident: Incident,
  affected: AffectedServer,
  at: number,
): void => {
  if (at < incident.start || at > incident.end) return;
  const since = at - incident.start;
  INCIDENT_BEHAVIOURS[incident.kind].apply(strain, {
    ramp: Math.min(1, (since + RAMP_SECONDS / 3) / RAMP_SECONDS),
    progress: since / (incident.end - incident.start),
    gain: incident.strength * GAIN_PER_HOP ** affected.hops,
    hops: affected.hops,
  });
};
