/** Trees for each server that were trained on other servers. */
import { join } from 'node:path';
import { decodeFleetTrees, type FleetTrees } from '../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { rowsOfSeries } from '../../../core/forecasts/training/series-rows.ts';
import { DEFAULT_TREE_SETTINGS } from '../../../core/forecasts/training/tree-settings.ts';
import { contentHash } from '../../../core/shared/content-hash.ts';
import { readLongCsv } from '../../forecasts/forecast/fleet-data.ts';
import { sampleOf } from '../../shared/bench-options.ts';
import { readLabelled } from './corpora.ts';
import { rowsOfCorpus, type StepPlan } from './rows.ts';
import { SEED, STEPS } from './shipped.ts';
import { trainTrees } from './train.ts';

const FILES = ['cpu-percent', 'memory-kb', 'network-received-kbps', 'disk-write-kbps'] as const;
const STEP = 300;
const FOLDS = 2;

/** How much is cut and trained. */
export interface TrainingSize {
  /** Windows of each series of the fleet. */
  readonly windows: number;
  readonly corpusPlans: readonly StepPlan[];
  readonly maxSeries: number;
  readonly rounds: number;
}

export const FULL: TrainingSize = {
  windows: 40,
  corpusPlans: STEPS,
  maxSeries: Number.POSITIVE_INFINITY,
  rounds: DEFAULT_TREE_SETTINGS.rounds,
};
export const QUICK: TrainingSize = {
  windows: 2,
  corpusPlans: [{ stepSeconds: STEP, windows: 1 }],
  maxSeries: 20,
  rounds: 2,
};

/** Fold of a server, by its name: all its metrics lie in the same one. */
export const foldOf = (server: string): number => Number.parseInt(contentHash(server).slice(-6), 16) % FOLDS;

/** Rows of the fleet's series, by the fold of their server. */
const fleetRows = (
  data: string,
  { windows, maxSeries }: TrainingSize,
): ReadonlyMap<number, Float32Array[]> => {
  const named = FILES.flatMap((metric) =>
    sampleOf([...readLongCsv(join(data, 'fleet', `bitbrains-${metric}.csv.gz`))], maxSeries).map(
      ([server, { start, values }]) => {
        const series = { start, values, stepSeconds: STEP };
        return { fold: foldOf(server), rows: rowsOfSeries(`${server}/${metric}`, series, windows, SEED) };
      },
    ),
  );
  return new Map(
    [...Map.groupBy(named, ({ fold }) => fold)].map(([fold, some]) => [
      fold,
      some.flatMap(({ rows }) => rows),
    ]),
  );
};

/** Trees for the servers of each fold, and the CPU seconds that each training took. */
export interface FoldTrees {
  readonly treesOf: (server: string) => FleetTrees;
  readonly cpuSeconds: readonly number[];
}

/**
 * For each fold, trains on the servers of the other folds and on the public corpus that ships, but without the
 * benchmarks whose tasks are scored.
 */
export const trainOnOtherServers = (data: string, size: TrainingSize): FoldTrees => {
  const byFold = fleetRows(data, size);
  const corpus = rowsOfCorpus(sampleOf(readLabelled(data), size.maxSeries), size.corpusPlans, SEED);
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const others = [...byFold].flatMap(([other, rows]) => (other === fold ? [] : rows));
    const { artefact, cpuSeconds } = trainTrees([...others, ...corpus], size);
    return { trees: decodeFleetTrees(artefact), cpuSeconds };
  });
  return {
    treesOf: (server) => folds[foldOf(server)]!.trees,
    cpuSeconds: folds.map(({ cpuSeconds }) => cpuSeconds),
  };
};
