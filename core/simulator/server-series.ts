import {
  type AffectedServer,
  type ChangeEvent,
  type Incident,
  type ServerMetrics,
  SIMULATED_METRICS,
  type SimulatedMetric,
  type SimulatedServer,
} from './fleet.ts';
import { applyIncident, noStrain, type Strain } from './incident-kinds.ts';
import { expectedLoad, isBackupTime } from './load-curve.ts';
import { type RandomStream, randomStream } from './random.ts';
import { drawTraits, type ServerTraits } from './server-traits.ts';

const DAY = 86_400;
const FULL_PERCENT = 99;
const CLEANUP_DAYS = 7;
const CACHE_FILL_SECONDS = 1.5 * DAY;
const LOAD_MEMORY_SECONDS = 1800;
const METRIC_MEMORY_SECONDS = 900;
const DECIMALS = 1000;

/** All that decides the values of one server. */
export interface ServerScript {
  readonly seed: number;
  readonly server: SimulatedServer;
  readonly start: number;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly incidents: readonly Incident[];
  /** Routine deployments of this server, oldest first. */
  readonly deployments: readonly ChangeEvent[];
  readonly missingShare: number;
}

/** Autocorrelated noise with unit variance: an Ornstein-Uhlenbeck process seen at each step. */
const makeNoise = (random: RandomStream, stepSeconds: number, memorySeconds: number): (() => number) => {
  const keep = Math.exp(-stepSeconds / memorySeconds);
  const fresh = Math.sqrt(1 - keep * keep);
  let state = random.normal();
  return () => {
    state = keep * state + fresh * random.normal();
    return state;
  };
};

type Noises = Readonly<Record<'load' | SimulatedMetric, () => number>>;

const makeNoises = ({ seed, server, stepSeconds }: ServerScript): Noises => {
  const noise = (name: string, memory: number): (() => number) =>
    makeNoise(randomStream(seed, 'noise', server.id, name), stepSeconds, memory);
  const ofMetrics = SIMULATED_METRICS.map(
    (metric) => [metric, noise(metric, METRIC_MEMORY_SECONDS)] as const,
  );
  return { load: noise('load', LOAD_MEMORY_SECONDS), ...Object.fromEntries(ofMetrics) } as Noises;
};

type Row = Record<SimulatedMetric, number>;

interface Moment {
  readonly at: number;
  readonly localAt: number;
  readonly daysIn: number;
  readonly sinceRestart: number;
  readonly backup: boolean;
}

const towardsFull = (usual: number, share: number): number => usual + (FULL_PERCENT - usual) * share;
const percent = (value: number): number => Math.max(0, Math.min(100, value));

/** Load drives request rate, CPU and network; CPU drives latency as utilisation does in a queue (M/M/1 shape). */
const rowAt = (
  traits: ServerTraits,
  server: SimulatedServer,
  moment: Moment,
  strain: Strain,
  noises: Noises,
): Row => {
  const usualLoad =
    expectedLoad(server.profile, moment.localAt) * (1 + traits.loadGrowthPerDay * moment.daysIn);
  const load = Math.max(0, usualLoad * strain.load * (1 + 0.07 * noises.load()));
  const rate = Math.max(0, traits.peakRate * load * (1 + 0.02 * noises.request_rate()));
  const backup = moment.backup ? 1 : 0;
  const usualCpu = traits.idleCpu + (traits.cpuAtPeak - traits.idleCpu) * load + 12 * backup;
  const cpu = percent(towardsFull(Math.min(usualCpu, FULL_PERCENT), strain.cpu) + 1.4 * noises.cpu_percent());
  const busy = Math.min(0.99, cpu / 100);
  const latency = traits.latencyBase * (1 + (busy * busy) / (1.05 - busy)) * strain.latency;
  const cacheFill = 7 * (1 - Math.exp(-moment.sinceRestart / CACHE_FILL_SECONDS));
  // Buffers are sized for the usual load, so that a surge shows where its label says and not in memory.
  const memory = traits.memoryBase + cacheFill + 5 * usualLoad + 0.5 * noises.memory_percent();
  const grown = traits.diskGrowthPerDay * ((moment.at / DAY + traits.diskPhaseDays) % CLEANUP_DAYS);
  const disk = traits.diskBase + grown + 3 * backup + 0.05 * noises.disk_percent();
  const network = rate * traits.mbitsPerRequest * (1 + 0.05 * noises.network_mbps()) + 1 + 60 * backup;
  return {
    cpu_percent: cpu,
    memory_percent: percent(towardsFull(memory, strain.memory)),
    disk_percent: percent(towardsFull(disk, strain.disk)),
    network_mbps: Math.max(0, network),
    latency_ms: latency * Math.exp(0.06 * noises.latency_ms()),
    request_rate: rate,
  };
};

const strainAt = (hits: readonly (readonly [Incident, AffectedServer])[], at: number): Strain => {
  const strain = noStrain();
  for (const [incident, affected] of hits) applyIncident(strain, incident, affected, at);
  return strain;
};

const hitsOn = ({ server, incidents }: ServerScript): (readonly [Incident, AffectedServer])[] =>
  incidents.flatMap((incident) =>
    incident.affected.filter(({ target }) => target === server.id).map((hit) => [incident, hit] as const),
  );

const emptyColumns = (steps: number): Record<SimulatedMetric, Float64Array> => ({
  cpu_percent: new Float64Array(steps),
  memory_percent: new Float64Array(steps),
  disk_percent: new Float64Array(steps),
  network_mbps: new Float64Array(steps),
  latency_ms: new Float64Array(steps),
  request_rate: new Float64Array(steps),
});

/** Epoch seconds of the newest restart at each step; before the first deployment, some days before the start. */
const makeRestarts = ({ seed, server, start, deployments }: ServerScript): ((at: number) => number) => {
  let restarted = start - randomStream(seed, 'restart', server.id).between(0, 5) * DAY;
  let next = 0;
  return (at) => {
    for (; next < deployments.length && deployments[next]!.at <= at; next++)
      restarted = deployments[next]!.at;
    return restarted;
  };
};

const record = (
  metrics: Record<SimulatedMetric, Float64Array>,
  index: number,
  row: Row,
  missing: () => boolean,
): void => {
  for (const metric of SIMULATED_METRICS) {
    const rounded = Math.round(row[metric] * DECIMALS) / DECIMALS;
    metrics[metric][index] = missing() ? Number.NaN : rounded;
  }
};

/** Makes all series of one server from its script alone. */
export const generateServer = (script: ServerScript): ServerMetrics => {
  const { seed, server, start, stepSeconds, steps, missingShare } = script;
  const traits = drawTraits(seed, server);
  const noises = makeNoises(script);
  const hits = hitsOn(script);
  const restartedAt = makeRestarts(script);
  const gaps = randomStream(seed, 'gaps', server.id);
  const missing = missingShare > 0 ? () => gaps.uniform() < missingShare : () => false;
  const metrics = emptyColumns(steps);
  let reported: Row | undefined;
  for (let index = 0; index < steps; index++) {
    const at = start + index * stepSeconds;
    const localAt = at + traits.zoneSeconds;
    const strain = strainAt(hits, at);
    const backup = isBackupTime(server.profile, localAt);
    const moment = { at, localAt, daysIn: (at - start) / DAY, sinceRestart: at - restartedAt(at), backup };
    const row = rowAt(traits, server, moment, strain, noises);
    reported = reported === undefined || !strain.frozen ? row : reported;
    record(metrics, index, reported, missing);
  }
  return { server, start, stepSeconds, metrics };
};
