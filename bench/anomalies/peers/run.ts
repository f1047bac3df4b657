/**
 * Measures the peer comparison: `npx node bench/anomalies/peers/run.ts [--seeds 3,11] [--servers 100] [--load 1000]`.
 * Fourteen simulated days of five minutes without incidents, including two days of warm-up. In each group a tenth of the
 * targets departs for an hour by four of its usual spreads. `--load` is the number of synthetic targets to compare, as the
 * function would.
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type LoadFigures, measureLoad } from './load.ts';
import { measurePeers, type PeerFigures } from './measure.ts';

const columns = ['', 'alarms/target-month', 'injected', 'found in 3', 'found in 1 h', 'fleet moves'];

const rowOf = (figures: PeerFigures): string[] => [
  figures.name,
  figures.alarmsPerTargetMonth.toFixed(2),
  String(figures.injected),
  figures.foundSoon.toFixed(2),
  figures.found.toFixed(2),
  String(figures.moved),
];

const table = (title: string, figures: readonly PeerFigures[]): string => {
  const lines = [columns, columns.map(() => '---'), ...figures.map(rowOf)];
  return [`${title}:`, '', ...lines.map((cells) => `| ${cells.join(' | ')} |`), ''].join('\n');
};

const loadText = ({
  targets,
  metrics,
  learnSeconds,
  comparisonSeconds,
  stateBytes,
  peakMb,
}: LoadFigures): string =>
  [
    `${targets} targets x ${metrics} metrics in one group:`,
    `seven days learned in ${learnSeconds.toFixed(1)} s, one comparison ${comparisonSeconds.toFixed(2)} s,`,
    `state ${(stateBytes / 1e6).toFixed(2)} MB, peak memory ${peakMb.toFixed(0)} MB`,
  ].join(' ');

interface PeersBenchOptions {
  readonly seeds?: readonly number[];
  readonly servers?: number;
  /** Targets compared at once to measure time and memory. */
  readonly load?: number;
  readonly quick?: boolean | undefined;
  readonly out: (line: string) => void;
}

export interface PeersBench {
  readonly byProfile: readonly PeerFigures[];
  readonly together: readonly PeerFigures[];
  readonly load: LoadFigures;
}

/** Prints false alarms, departures found, and the load of comparing; returns the figures. */
export const runPeersBench = async ({
  quick = false,
  seeds = quick ? [3] : [3, 11],
  servers = quick ? 20 : 100,
  load: targets = quick ? 8 : 250,
  out,
}: PeersBenchOptions): Promise<PeersBench> => {
  const byProfile = measurePeers(seeds, servers, false);
  out(table('By profile', byProfile));
  const together = measurePeers(seeds, servers, true);
  out(table('All profiles in one group', together));
  const load = await measureLoad(targets);
  out(loadText(load));
  return { byProfile, together, load };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3,11' },
      servers: { type: 'string', default: '100' },
      load: { type: 'string', default: '250' },
    },
  });
  await runPeersBench({
    seeds: values.seeds.split(',').map(Number),
    servers: Number(values.servers),
    load: Number(values.load),
    out: (line) => console.log(line),
  });
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
