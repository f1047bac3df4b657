import { SIMULATED_METRICS, type SimulatedMetric } from './fleet.ts';
import { type RandomStream, randomStream } from './random.ts';

const LOAD_MEMORY_SECONDS = 1800;
const METRIC_MEMORY_SECONDS = 900;

/** Autocorrelated noise with unit variance: an Ornstein-Uhlenbeck process sampled at each step. */
const makeNoise = (random: RandomStream, stepSeconds: number, memorySeconds: number): (() => number) => {
  const keep = Math.exp(-stepSeconds / memorySeconds);
  const fresh = Math.sqrt(1 - keep * keep);
  let state = random.normal();
  return () => {
    state = keep * state + fresh * random.normal();
    return state;
  };
};

/** Noise generators for a server's load, failures and metrics; each call returns the next value. */
export type Noises = Readonly<Record<'load' | 'errors' | SimulatedMetric, () => number>>;

/** Creates the noise of one server. Equal seeds and IDs give equal noise. */
export const makeNoises = (seed: number, serverId: string, stepSeconds: number): Noises => {
  const noise = (name: string, memory = METRIC_MEMORY_SECONDS): (() => number) =>
    makeNoise(randomStream(seed, 'noise', serverId, name), stepSeconds, memory);
  const [cpu, memory, disk, network, latency, rate] = SIMULATED_METRICS.map((metric) => noise(metric));
  return {
    load: noise('load', LOAD_MEMORY_SECONDS),
    errors: noise('errors'),
    ...{ cpu_percent: cpu!, memory_percent: memory!, disk_percent: disk! },
    ...{ network_mbps: network!, latency_ms: latency!, request_rate: rate! },
  };
};
