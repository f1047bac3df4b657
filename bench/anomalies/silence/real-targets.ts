/** Real series as targets: the times of their points, without values. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A target and the ascending times of its metrics' points, in epoch seconds. */
export interface RealTarget {
  readonly targetId: string;
  readonly points: ReadonlyMap<string, readonly number[]>;
}

/** Targets of one source, which share their clock. */
export interface RealFleet {
  readonly name: string;
  readonly targets: readonly RealTarget[];
}

type Growing = Map<string, Map<string, number[]>>;

const BITBRAINS = ['cpu-percent', 'memory-kb', 'network-received-kbps', 'disk-write-kbps'];

const secondsOf = (text: string): number => {
  const number = Number(text);
  return Number.isFinite(number) ? number : Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`) / 1000;
};

const linesOf = (path: string): readonly string[] => {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text.trim().split(/\r?\n/).slice(1);
};

const add = (fleet: Growing, targetId: string, metric: string, at: number): void => {
  const metrics = fleet.get(targetId) ?? new Map<string, number[]>();
  fleet.set(targetId, metrics);
  const times = metrics.get(metric) ?? [];
  metrics.set(metric, times);
  times.push(at);
};

const finished = (name: string, fleet: Growing): RealFleet => ({
  name,
  targets: [...fleet].map(([targetId, metrics]) => ({
    targetId,
    points: new Map(
      [...metrics].map(([metric, times]) => [metric, [...new Set(times)].sort((a, b) => a - b)] as const),
    ),
  })),
});

/** `timestamp,series,value`: each series is a target, each file a metric. A row without a value is a missing point. */
const seriesFiles = (name: string, folder: string, files: Readonly<Record<string, string>>): RealFleet => {
  const fleet: Growing = new Map();
  for (const [metric, file] of Object.entries(files)) {
    for (const line of linesOf(join(folder, file))) {
      const [at = '', series = '', value = ''] = line.split(',');
      if (value !== '') add(fleet, series, metric, secondsOf(at));
    }
  }
  return finished(name, fleet);
};

/** `timestamp,value`: each file is a target with one metric. */
const fileTargets = (name: string, paths: readonly string[]): RealFleet => {
  const fleet: Growing = new Map();
  for (const path of paths) {
    const targetId = path
      .split('/')
      .at(-1)!
      .replace(/\.csv(\.gz)?$/, '');
    for (const line of linesOf(path)) {
      const [at = '', value = ''] = line.split(',');
      if (value !== '') add(fleet, targetId, 'value', secondsOf(at));
    }
  }
  return finished(name, fleet);
};

const csvUnder = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.csv(\.gz)?$/.test(file))
        .sort()
        .map((file) => join(folder, file))
    : [];

/** Every fifth machine of Bitbrains: all report every five minutes without a gap, so that more show nothing new. */
const BITBRAINS_SHARE = 5;
const everyFifth = ({ name, targets }: RealFleet): RealFleet => ({
  name,
  targets: targets.filter((_, i) => i % BITBRAINS_SHARE === 0),
});

/** Every fleet found in the directory of open data. */
export const realFleets = (data: string): readonly RealFleet[] => {
  const fleet = join(data, 'fleet');
  const vms = Object.fromEntries(BITBRAINS.map((metric) => [metric, `bitbrains-${metric}.csv.gz`]));
  const found = [
    ...(existsSync(join(fleet, vms[BITBRAINS[0]!]!))
      ? [everyFifth(seriesFiles('bitbrains', fleet, vms))]
      : []),
    ...(existsSync(join(fleet, 'services.csv.gz'))
      ? [seriesFiles('services', fleet, { value: 'services.csv.gz' })]
      : []),
    fileTargets(
      'nab',
      csvUnder(join(data, 'nab', 'data')).filter((path) => !path.includes('artificial')),
    ),
    fileTargets('labelled', csvUnder(join(data, 'labelled', 'given', 'data'))),
  ];
  return found.filter(({ targets }) => targets.length > 0);
};
