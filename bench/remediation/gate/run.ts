import type { BenchOptions } from '../../shared/bench-options.ts';
import { type GateFigures, measureStricter, measureWorlds, type StricterFigures } from './measure.ts';

export interface GateBenchResult extends GateFigures {
  readonly stricter: StricterFigures;
  readonly millisecondsPerWorld: number;
}

const WORLDS = 100_000;
const QUICK_WORLDS = 100;

const line = (name: string, value: number | string): string =>
  `  ${name.padEnd(42)} ${String(value).padStart(10)}`;

/** Lets the gate decide in simulated worlds, and judges every effect by what truly happened. */
export const runGateBench = ({ quick, out }: Omit<BenchOptions, 'data'>): GateBenchResult => {
  const worlds = quick ? QUICK_WORLDS : WORLDS;
  const started = performance.now();
  const figures = measureWorlds(0, worlds);
  const millisecondsPerWorld = (performance.now() - started) / worlds;
  const stricter = measureStricter(worlds);
  out(
    'The gate in simulated worlds (duplicates, retries, crashes, concurrent runs, clocks up to 58 s apart)',
  );
  out(line('worlds', figures.worlds));
  out(line('plans and undoings judged', figures.judged));
  out(line('actions', figures.actions));
  out(line('undoings after harm', figures.undoings));
  out(line('undoings on request', figures.requestedUndoings));
  out(line('changes of resources', figures.changes));
  out(line('worlds in which an effect broke a guard', figures.violations.length));
  out(line('cases judged again with stricter limits', stricter.cases));
  out(line('of them judged more strictly', stricter.stricter));
  out(line('of them judged less strictly', stricter.violations.length));
  out(line('milliseconds per world', millisecondsPerWorld.toFixed(1)));
  out('Refusals by rule');
  for (const [rule, count] of Object.entries(figures.refusals).toSorted(([, a], [, b]) => b - a))
    out(line(rule, count));
  for (const violation of [...figures.violations, ...stricter.violations].slice(0, 20)) out(violation);
  return { ...figures, stricter, millisecondsPerWorld };
};
