import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Profile, TargetMetric } from '../../../core/metrics/targets/target.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { METRIC_UNITS, type ServerMetrics, SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { loadPetShop } from '../../incidents/diagnose/load-issues.ts';
import { normal, seededRandom } from '../../shared/seeded-random.ts';

/** One target of a world: values of each metric on the world's grid, NaN if not measured. */
export interface WorldTarget {
  readonly id: string;
  readonly profile: Profile;
  readonly calls: readonly string[];
  readonly values: ReadonlyMap<string, Float64Array>;
}

/** Targets to deploy to, without known faults. */
export interface World {
  readonly targets: readonly WorldTarget[];
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  readonly start: number;
  readonly stepSeconds: number;
  readonly steps: number;
  /** Days of history before the first deployment. */
  readonly leadDays: number;
}

const END = 1_795_255_200;

/** Adds a share of failed requests to the simulated metrics. */
const withErrors = ({ metrics }: ServerMetrics, random: () => number): ReadonlyMap<string, Float64Array> => {
  let state = 0;
  const errors = Float64Array.from(metrics.cpu_percent, (cpu) => {
    state = 0.7 * state + 0.3 * normal(random);
    return Math.max(0, 0.15 + 0.002 * cpu + 0.12 * state);
  });
  return new Map([...Object.entries(metrics), ['error_rate_percent', errors]]);
};

/** A simulated fleet without incidents. */
export const simulatedWorld = (seed: number, servers: number, days: number, stepSeconds: number): World => {
  const fleet = simulateFleet({ seed, servers, days, stepSeconds, endAt: END, incidents: 0 });
  const random = seededRandom(seed + 7);
  const metrics = SIMULATED_METRICS.map(
    (name) => [name, { kind: 'gauge', unit: METRIC_UNITS[name] }] as const,
  );
  return {
    ...{ start: fleet.start, stepSeconds, steps: fleet.steps, leadDays: 3 },
    metrics: { ...Object.fromEntries(metrics), error_rate_percent: { kind: 'gauge', unit: '%' } },
    targets: [...fleet].map((each) => ({ ...each.server, values: withErrors(each, random) })),
  };
};

const BITBRAINS: Readonly<Record<string, TargetMetric>> = {
  'cpu-percent': { kind: 'gauge', unit: '%' },
  'memory-kb': { kind: 'gauge', unit: 'KBy' },
  'disk-write-kbps': { kind: 'gauge' },
  'network-received-kbps': { kind: 'gauge' },
};
const MAX_MACHINES = 60;
/** Idle machines carry no information. */
const MIN_BUSY_PERCENT = 2;

const readSeries = (file: string): Map<string, Float64Array> => {
  const rows = new Map<string, number[]>();
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)) {
    const [, name = '', value] = line.split(',');
    const known = rows.get(name);
    if (known === undefined) rows.set(name, [Number(value)]);
    else known.push(Number(value));
  }
  return new Map([...rows].map(([name, values]) => [name, Float64Array.from(values)] as const));
};

/** Virtual machines of a data centre (Bitbrains): real, unlabelled, every five minutes for a month. */
export const machineWorld = (data: string): World | undefined => {
  const fileOf = (metric: string): string => join(data, 'fleet', `bitbrains-${metric}.csv.gz`);
  if (!Object.keys(BITBRAINS).every((metric) => existsSync(fileOf(metric)))) return undefined;
  const byMetric = Object.keys(BITBRAINS).map((metric) => [metric, readSeries(fileOf(metric))] as const);
  const [, cpu] = byMetric[0]!;
  const ids = [...cpu].filter(([, values]) => mean(values) > MIN_BUSY_PERCENT).map(([id]) => id);
  const steps = Math.min(...ids.map((id) => cpu.get(id)!.length));
  const targets = ids.slice(0, MAX_MACHINES).map((id) => ({
    ...{ id, profile: 'generic' as const, calls: [] },
    values: new Map(
      byMetric.flatMap(([metric, series]) => (series.has(id) ? [[metric, series.get(id)!]] : [])),
    ),
  }));
  return { targets, metrics: BITBRAINS, start: 1_375_308_000, stepSeconds: 300, steps, leadDays: 5 };
};

const REQUESTS: Readonly<Record<string, TargetMetric>> = {
  latency_seconds: { kind: 'gauge', unit: 's' },
  availability_percent: { kind: 'gauge', unit: '%' },
  requests: { kind: 'delta' },
};

/** Normal operation of a real application with its call graph (PetShop): two days, every five minutes. */
export const applicationWorld = (data: string, scenario: string): World | undefined => {
  if (!existsSync(join(data, 'petshop'))) return undefined;
  const found = loadPetShop(data).scenarios.get(scenario);
  const window = found?.normal;
  if (found === undefined || window === undefined || window === null) return undefined;
  const targets = [...window.nodes].map(([id, { latency, availability, requests }]) => ({
    ...{ id, profile: 'generic' as const },
    calls: found.graph.edges.filter(([caller]) => caller === id).map(([, callee]) => callee),
    values: new Map(
      Object.entries({ latency_seconds: latency, availability_percent: availability, requests }).flatMap(
        ([name, values]) => (values === null ? [] : [[name, values] as const]),
      ),
    ),
  }));
  const { timestamps, stepSeconds } = window;
  return {
    ...{ targets, metrics: REQUESTS, start: timestamps[0]!, stepSeconds },
    ...{ steps: timestamps.length, leadDays: 1 },
  };
};
