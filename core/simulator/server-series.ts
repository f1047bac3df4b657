import { DAY_SECONDS } from '../shared/time.ts';
import type { Call } from './calls.ts';
import type { ChangeEvent, Incident, SimulatedMetric, SimulatedServer } from './fleet.ts';
import { applyIncident, noStrain, type Strain } from './incident-kinds.ts';
import { expectedLoad, isBackupTime } from './load-curve.ts';
import { makeNoises, type Noises } from './noise.ts';
import { randomStream } from './random.ts';
import type { ServerTraits } from './server-traits.ts';

const FULL_PERCENT = 99;
const CLEANUP_DAYS = 7;
const CACHE_FILL_SECONDS = 1.5 * DAY_SECONDS;
const USUALLY_FAILING = 0.001;

/** The state of a server during the simulation. */
export interface ServerCourse {
  readonly server: SimulatedServer;
  readonly traits: ServerTraits;
  /** Requests per second at a load of 1. */
  readonly peakRate: number;
  readonly calls: readonly Call[];
  readonly noises: Noises;
  /** Incidents that started here. */
  readonly incidents: readonly Incident[];
  /** Returns the epoch seconds of the latest restart. Calls must be in order of time. */
  readonly restartedAt: (at: number) => number;
}

/** Inputs of a server's course, besides its traits and calls. */
export interface CourseScript {
  readonly seed: number;
  readonly start: number;
  readonly stepSeconds: number;
  readonly incidents: readonly Incident[];
  /** Routine deployments of this server, oldest first. */
  readonly deployments: readonly ChangeEvent[];
}

/** Before the first deployment, the latest restart was some days before the start. */
const makeRestarts = (
  { seed, start, deployments }: CourseScript,
  serverId: string,
): ((at: number) => number) => {
  let restarted = start - randomStream(seed, 'restart', serverId).between(0, 5) * DAY_SECONDS;
  let next = 0;
  return (at) => {
    for (; next < deployments.length && deployments[next]!.at <= at; next++)
      restarted = deployments[next]!.at;
    return restarted;
  };
};

/** Starts the course of a server. */
export const startCourse = (
  known: Pick<ServerCourse, 'server' | 'traits' | 'peakRate' | 'calls'>,
  script: CourseScript,
): ServerCourse => ({
  ...known,
  noises: makeNoises(script.seed, known.server.id, script.stepSeconds),
  incidents: script.incidents.filter(({ rootCause }) => rootCause.target === known.server.id),
  restartedAt: makeRestarts(script, known.server.id),
});

const UNSTRAINED: Strain = Object.freeze(noStrain());

/** Effect at this moment of the incidents that started at a server. */
export const strainAt = ({ incidents }: ServerCourse, at: number): Readonly<Strain> => {
  if (incidents.length === 0) return UNSTRAINED;
  const strain = noStrain();
  for (const incident of incidents) applyIncident(strain, incident, at);
  return strain;
};

/** Usual external load at this time of the week, as a share of the peak. */
export const usualLoad = ({ server, traits }: ServerCourse, at: number, start: number): number =>
  expectedLoad(server.profile, at + traits.zoneSeconds) *
  (1 + (traits.loadGrowthPerDay * (at - start)) / DAY_SECONDS);

/** Share of requests that fail because of the server itself. */
export const ownFailures = ({ noises }: ServerCourse, { errors }: Readonly<Strain>): number =>
  1 - (1 - errors) * (1 - USUALLY_FAILING * Math.exp(0.3 * noises.errors()));

/** The load on a server and its waiting time at one moment. */
export interface Situation {
  readonly at: number;
  /** Usual load at this time, as a share of the peak. `load` is the current one. */
  readonly usual: number;
  readonly load: number;
  /** Time that a request waits for other servers, ms. */
  readonly waiting: number;
}

type Row = Record<SimulatedMetric, number>;

const towardsFull = (usual: number, share: number): number => usual + (FULL_PERCENT - usual) * share;
const percent = (value: number): number => Math.max(0, Math.min(100, value));

/**
 * The metrics of one server at one moment. Load drives request rate, CPU and network. CPU drives the server's own latency
 * as utilisation does in a queue (M/M/1 shape); the time spent waiting for callees is added.
 */
export const rowAt = (course: ServerCourse, situation: Situation, strain: Readonly<Strain>): Row => {
  const { traits, server, noises, peakRate } = course;
  const { at, usual, load } = situation;
  const rate = Math.max(0, peakRate * load * (1 + 0.02 * noises.request_rate()));
  const backup = isBackupTime(server.profile, at + traits.zoneSeconds) ? 1 : 0;
  const usualCpu = traits.idleCpu + (traits.cpuAtPeak - traits.idleCpu) * load + 12 * backup;
  const cpu = percent(towardsFull(Math.min(usualCpu, FULL_PERCENT), strain.cpu) + 1.4 * noises.cpu_percent());
  const busy = Math.min(0.99, cpu / 100);
  const queueing = 1 + (busy * busy) / (1.05 - busy);
  const own = traits.latencyBase * queueing * strain.latency * Math.exp(0.06 * noises.latency_ms());
  const cacheFill = 7 * (1 - Math.exp((course.restartedAt(at) - at) / CACHE_FILL_SECONDS));
  // Memory follows the usual load, so that a surge affects only the metrics in its label.
  const memory = traits.memoryBase + cacheFill + 5 * usual + 0.5 * noises.memory_percent();
  const grown = traits.diskGrowthPerDay * ((at / DAY_SECONDS + traits.diskPhaseDays) % CLEANUP_DAYS);
  const disk = traits.diskBase + grown + 3 * backup + 0.05 * noises.disk_percent();
  const network = rate * traits.mbitsPerRequest * (1 + 0.05 * noises.network_mbps()) + 1 + 60 * backup;
  return {
    cpu_percent: cpu,
    memory_percent: percent(towardsFull(memory, strain.memory)),
    disk_percent: percent(towardsFull(disk, strain.disk)),
    network_mbps: Math.max(0, network),
    latency_ms: own + situation.waiting,
    request_rate: rate,
  };
};
