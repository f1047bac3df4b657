/** How many scored forecasts it takes to roll back a candidate that is worse, and how often an equal one is. */
import { pathToFileURL } from 'node:url';
import { DEFAULT_ROLLOUT_POLICY } from '../../../core/models/rollout/default-policy.ts';
import { atNextStep, judge, stepOf, withBlocks } from '../../../core/models/rollout/judge.ts';
import { newRollout } from '../../../core/models/rollout/new-rollout.ts';
import type { Rollout } from '../../../core/models/rollout.ts';
import { SHIPPED_VERSION } from '../../../core/models/semantic-version.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { blockStream, LOSS_WORLDS, type LossWorld } from './scored-pairs.ts';

const WORSE = [-0.05, 0, 0.05, 0.1, 0.2] as const;
const FORECASTS_PER_BLOCK = [100, 1000] as const;
const ROLLOUTS = 200;
const BLOCK_SECONDS = 300;
/** A candidate that is neither promoted nor rolled back by then waits for forecasts; none does here. */
const MAX_BLOCKS = 500;

export interface RolloutFigures {
  readonly world: string;
  readonly worse: number;
  readonly perBlock: number;
  readonly rollouts: number;
  /** Share that ended with a rollback. */
  readonly rolledBack: number;
  /** Of those rolled back: median and 90th percentile of scored forecasts, and of minutes. */
  readonly forecasts: readonly [number, number];
  readonly minutes: readonly [number, number];
  /** Mean share of the units that the candidate served when it was rolled back. */
  readonly shareAtRollback: number;
}

interface End {
  readonly isRolledBack: boolean;
  readonly forecasts: number;
  readonly minutes: number;
  readonly share: number;
}

const HEALTHY = { forecasts: 100, failures: 0, p95Seconds: 0.1, alarms: [] };

const begun = (): Rollout =>
  newRollout(
    {
      ...{ tenantId: 'bench', kind: 'fleet-trees', version: '0.1.0', cause: 'bench' },
      ...{ by: { kind: 'person', name: 'bench' }, policy: DEFAULT_ROLLOUT_POLICY },
    },
    { champion: SHIPPED_VERSION, fence: 1 },
    0,
  );

/** One rollout with a block and a check every five minutes. */
const runOne = (random: () => number, world: LossWorld, worse: number, perBlock: number): End => {
  const next = blockStream(random, world, worse, perBlock);
  let rollout = begun();
  let forecasts = 0;
  for (let index = 1; index <= MAX_BLOCKS; index++) {
    const now = index * BLOCK_SECONDS;
    rollout = withBlocks(rollout, [next(now)]);
    forecasts += perBlock;
    const { decision } = judge(rollout, HEALTHY, now);
    const { share } = stepOf(rollout);
    const end = { forecasts, minutes: now / 60, share };
    if (decision === 'roll-back') return { ...end, isRolledBack: true };
    if (decision === 'promote') return { ...end, isRolledBack: false };
    if (decision === 'next-step') rollout = atNextStep(rollout, now);
  }
  throw new Error('a rollout did not end');
};

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

const figuresOf = (ends: readonly End[]): Omit<RolloutFigures, 'world' | 'worse' | 'perBlock'> => {
  const back = ends.filter(({ isRolledBack }) => isRolledBack);
  const quantiles = (values: readonly number[]): readonly [number, number] => {
    const sorted = values.toSorted((a, b) => a - b);
    return [at(sorted, 0.5), at(sorted, 0.9)];
  };
  return {
    rollouts: ends.length,
    rolledBack: back.length / ends.length,
    forecasts: quantiles(back.map(({ forecasts }) => forecasts)),
    minutes: quantiles(back.map(({ minutes }) => minutes)),
    shareAtRollback: back.reduce((sum, { share }) => sum + share, 0) / back.length,
  };
};

const rowOf = (one: RolloutFigures): string => {
  const { world, worse, perBlock, rolledBack, forecasts, minutes, shareAtRollback } = one;
  const ends =
    rolledBack === 0
      ? ['-', '-', '-']
      : [forecasts.join(' / '), minutes.join(' / '), `${(100 * shareAtRollback).toFixed(0)} %`];
  return `| ${[world, `${(100 * worse).toFixed(0)} %`, perBlock, `${(100 * rolledBack).toFixed(1)} %`, ...ends].join(' | ')} |`;
};

/** Runs rollouts under the default policy for candidates of known quality. */
export const runRolloutsBench = ({ quick, out }: Pick<BenchOptions, 'quick' | 'out'>): RolloutFigures[] => {
  const rollouts = quick ? 4 : ROLLOUTS;
  out(`${rollouts} rollouts each, one block of scored forecasts every 5 minutes, default policy`);
  out('');
  out(
    '| losses | candidate loses more | forecasts per block | rolled back | scored forecasts until then (median / 90 %) | minutes | share served |',
  );
  out('|---|---|---|---|---|---|---|');
  const figures: RolloutFigures[] = [];
  for (const world of LOSS_WORLDS)
    for (const perBlock of quick ? [100] : FORECASTS_PER_BLOCK)
      for (const worse of WORSE) {
        const random = seededRandom(20_261);
        const ends = Array.from({ length: rollouts }, () => runOne(random, world, worse, perBlock));
        const one = { world: world.name, worse, perBlock, ...figuresOf(ends) };
        figures.push(one);
        out(rowOf(one));
      }
  return figures;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runRolloutsBench({ out: (line) => void process.stdout.write(`${line}\n`) });
}
