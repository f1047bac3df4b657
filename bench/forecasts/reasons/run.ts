/** Measures the reasons of predicted breaches on series whose reason is known: `forestall bench reasons`. No data needed. */
import type { BenchOptions } from '../../shared/bench-options.ts';
import { WORLDS } from './labelled-worlds.ts';
import { measureReasons, type ReasonFigures } from './measure.ts';

/** Nothing was chosen by these seeds. */
const SEEDS = Array.from({ length: 40 }, (_, i) => 2200 + i);
const QUICK_SEEDS = 4;

const COLUMNS = ['', 'predicted', 'first reason right', 'faithful', 'its share (%)', 'ms'];

const rowOf = ({
  world,
  predicted,
  right,
  comparable,
  faithful,
  share,
  milliseconds,
}: ReasonFigures): string[] => [
  ...[world, String(predicted), String(right), comparable === 0 ? '-' : `${faithful} of ${comparable}`],
  ...[share.toFixed(0), milliseconds.toFixed(0)],
];

/** Prints a table by kind of world, and returns its figures. */
export const runReasonsBench = async ({ quick = false, out }: Pick<BenchOptions, 'quick' | 'out'>) => {
  const seeds = quick ? SEEDS.slice(0, QUICK_SEEDS) : SEEDS;
  const figures: ReasonFigures[] = [];
  for (const cells of [COLUMNS, COLUMNS.map(() => '---')]) out(`| ${cells.join(' | ')} |`);
  for (const world of WORLDS) {
    const found = await measureReasons(world, seeds);
    figures.push(found);
    out(`| ${rowOf(found).join(' | ')} |`);
  }
  return figures;
};
