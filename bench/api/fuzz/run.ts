/**
 * Fuzzes every parser that faces the network, each in a process with a small heap. A parser must refuse with a typed
 * error whatever it does not accept, stay within its time, and accept only what satisfies its invariants.
 */
import { fileURLToPath } from 'node:url';
import { processCost, reportCost } from '../../anomalies/hostile/process-cost.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { type FuzzFigures, fuzz, MAX_CASE_MS } from './fuzz.ts';
import { PARSERS } from './parsers.ts';

const CASES = 100_000;
/** Of the whole process, as for the worst bodies. */
const MAX_PEAK_MB = 400;
const QUICK_CASES = 20;
/** Parsers of a quick run: each process takes half a second to start. */
const QUICK_PARSERS = 6;
const MAX_SECONDS = 1_200;

interface ParserFigures extends FuzzFigures {
  /** Of CPU time. */
  readonly seconds: number;
  readonly peakMb: number;
}

export interface FuzzBenchResult {
  readonly parsers: readonly ParserFigures[];
  readonly cases: number;
  readonly worstMs: number;
  readonly peakMb: number;
  /** Names of the parsers that failed or took too much memory. */
  readonly failed: readonly string[];
}

const measure = (name: string, cases: number): ParserFigures => {
  const { seconds, peakMb, outcome } = processCost(
    fileURLToPath(import.meta.url),
    [name, String(cases)],
    MAX_SECONDS,
  );
  if (outcome.startsWith('{')) return { ...(JSON.parse(outcome) as FuzzFigures), seconds, peakMb };
  const failure = { at: 0, input: '', reason: outcome };
  return {
    ...{ name, cases, accepted: 0, refused: 0, worstMs: Number.NaN, failures: [failure], failed: cases },
    ...{ seconds, peakMb },
  };
};

const report = (figures: ParserFigures, out: BenchOptions['out']): void => {
  const { name, cases, accepted, refused, failed, worstMs, seconds, peakMb, failures } = figures;
  out(
    `| ${name} | ${cases} | ${accepted} | ${refused} | ${failed} | ${worstMs.toFixed(1)} | ${seconds.toFixed(1)} | ${peakMb.toFixed(0)} |`,
  );
  for (const { at, reason, input } of failures) out(`  case ${at}: ${reason}\n  ${input}`);
};

/** Prints cases, outcomes, the slowest case, CPU time and peak memory of each parser. */
export const runFuzzBench = ({ quick, out }: BenchOptions): FuzzBenchResult => {
  out('| parser | cases | accepted | refused | failed | worst ms | CPU s | peak MB |');
  out('|---|---|---|---|---|---|---|---|');
  const every = Math.ceil(PARSERS.length / QUICK_PARSERS);
  const chosen = PARSERS.filter((_, at) => !quick || at % every === 0);
  const parsers = chosen.map(({ name }) => {
    const figures = measure(name, quick ? QUICK_CASES : CASES);
    report(figures, out);
    return figures;
  });
  const failed = parsers
    .filter((each) => each.failed > 0 || each.peakMb > MAX_PEAK_MB)
    .map(({ name }) => name);
  out(
    `bar: no failure, no case above ${MAX_CASE_MS} ms, ${MAX_PEAK_MB} MB; above it: ${failed.join('; ') || 'none'}`,
  );
  return {
    ...{ parsers, failed },
    cases: parsers.reduce((sum, { cases }) => sum + cases, 0),
    worstMs: Math.max(...parsers.map(({ worstMs }) => worstMs)),
    peakMb: Math.max(...parsers.map(({ peakMb }) => peakMb)),
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, cases = String(CASES)] = process.argv.slice(2);
  const one = PARSERS.find((parser) => parser.name === name);
  if (one === undefined)
    throw new Error(`no parser "${name}"; known are ${PARSERS.map((each) => each.name).join('; ')}`);
  await reportCost(async () => JSON.stringify(await fuzz(one, Number(cases))));
}
