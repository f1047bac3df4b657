import { HOUR_SECONDS } from '../shared/time.ts';
import type { SimulatedProfile, SimulatedServer } from './fleet.ts';
import { type RandomStream, randomStream } from './random.ts';

/** Individual parameters of one server: percentages, rates per second, latencies in milliseconds. */
export interface ServerTraits {
  readonly zoneSeconds: number;
  /** Not used for servers with callers, because they have no external load. */
  readonly peakRate: number;
  readonly idleCpu: number;
  readonly cpuAtPeak: number;
  readonly memoryBase: number;
  readonly diskBase: number;
  readonly diskGrowthPerDay: number;
  readonly diskPhaseDays: number;
  /** The server's own time per request, without waiting for callees. */
  readonly latencyBase: number;
  readonly mbitsPerRequest: number;
  /** Relative growth of load per day. */
  readonly loadGrowthPerDay: number;
}

interface ProfileTraits {
  readonly peakRate: number;
  readonly idleCpu: number;
  readonly cpuAtPeak: number;
  readonly memoryBase: number;
  readonly diskBase: number;
  readonly latencyBase: number;
  readonly mbitsPerRequest: number;
}

const TYPICAL: Readonly<Record<SimulatedProfile, ProfileTraits>> = {
  web: {
    peakRate: 60,
    idleCpu: 6,
    cpuAtPeak: 58,
    memoryBase: 42,
    diskBase: 34,
    latencyBase: 20,
    mbitsPerRequest: 0.5,
  },
  app: {
    peakRate: 80,
    idleCpu: 8,
    cpuAtPeak: 55,
    memoryBase: 52,
    diskBase: 38,
    latencyBase: 12,
    mbitsPerRequest: 0.08,
  },
  database: {
    peakRate: 200,
    idleCpu: 10,
    cpuAtPeak: 52,
    memoryBase: 60,
    diskBase: 48,
    latencyBase: 6,
    mbitsPerRequest: 0.05,
  },
  batch: {
    peakRate: 5,
    idleCpu: 3,
    cpuAtPeak: 72,
    memoryBase: 34,
    diskBase: 42,
    latencyBase: 900,
    mbitsPerRequest: 6,
  },
};
const ZONES_HOURS: readonly number[] = [0, -5, 8, 1];

const spread = (random: RandomStream, typical: number, relative: number): number =>
  typical * Math.exp(relative * Math.max(-2, Math.min(2, random.normal())));

/** Draws a server's traits around those typical of its profile. Equal seeds and IDs give equal traits. */
export const drawTraits = (seed: number, server: SimulatedServer): ServerTraits => {
  const random = randomStream(seed, 'traits', server.id);
  const typical = TYPICAL[server.profile];
  return {
    zoneSeconds: ZONES_HOURS[server.cell % ZONES_HOURS.length]! * HOUR_SECONDS,
    peakRate: spread(random, typical.peakRate, 0.2),
    idleCpu: spread(random, typical.idleCpu, 0.2),
    cpuAtPeak: spread(random, typical.cpuAtPeak, 0.1),
    memoryBase: spread(random, typical.memoryBase, 0.08),
    diskBase: spread(random, typical.diskBase, 0.12),
    diskGrowthPerDay: random.between(0.3, 1.2),
    diskPhaseDays: random.between(0, 7),
    latencyBase: spread(random, typical.latencyBase, 0.15),
    mbitsPerRequest: spread(random, typical.mbitsPerRequest, 0.2),
    loadGrowthPerDay: random.between(-0.002, 0.006),
  };
};
