/**
 * Measures the comparison of peers: `npx node bench/peers/run.ts [--seeds 3,11] [--servers 100] [--load 1000]`.
 * Fourteen simulated days of five minutes without incidents, two of them warm-up; in each group a tenth of the targets
 * leaves for an hour by four of its usual spreads. `--load` compares so many made-up targets as the function would.
 */
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

const loadText = ({ targets, metrics, learnSeconds, lookSeconds, stateBytes, peakMb }: LoadFigures): string =>
  [
    `${targets} targets x ${metrics} metrics in one group:`,
    `seven days learned in ${learnSeconds.toFixed(1)} s, a look ${lookSeconds.toFixed(2)} s,`,
    `state ${(stateBytes / 1e6).toFixed(2)} MB, peak memory ${peakMb.toFixed(0)} MB`,
  ].join(' ');

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3,11' },
      servers: { type: 'string', default: '100' },
      load: { type: 'string', default: '250' },
    },
  });
  const seeds = values.seeds.split(',').map(Number);
  const servers = Number(values.servers);
  console.log(table('By profile', measurePeers(seeds, servers, false)));
  console.log(table('All profiles in one group', measurePeers(seeds, servers, true)));
  console.log(loadText(await measureLoad(Number(values.load))));
};

await main();
