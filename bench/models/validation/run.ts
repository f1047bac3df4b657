import type { GateRuleName } from '../../../core/models/validation/gate-rule.ts';
import { validateCandidate } from '../../../core/models/validation/validate-candidate.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { percent, table } from '../../forecasts/warnings/markdown-table.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { type Half, realSeries, simulatedSeries } from '../shared/fleet-series.ts';
import { type CandidateKind, candidateResult, championResult, KINDS, latenciesOf } from './candidates.ts';
import { type FrozenWindow, frozenWindows } from './frozen-windows.ts';

const PAIRS = 200;
/** Series of a pair, drawn from those of the fleet. */
const SERIES = { min: 40, max: 160 } as const;
const DAYS = 14;
/** Pairs of seed 2 showed that a 95th percentile misses calls that are slow one time in ten; it judges nothing. */
const SEED = { 'chosen-on': 1, 'judged-on': 3 } as const;

/** One decision of the gate. */
interface Decision {
  readonly kind: CandidateKind;
  readonly promoted: boolean;
  readonly blockedBy: readonly GateRuleName[];
}

export interface KindFigures {
  readonly kind: string;
  readonly isBetter: boolean;
  readonly pairs: number;
  readonly promoted: number;
  /** How often each rule blocked, most often first. */
  readonly blockedBy: readonly (readonly [rule: GateRuleName, times: number])[];
}

export interface GateFigures {
  readonly pairs: number;
  readonly windows: number;
  /** Faulty candidates that were promoted. */
  readonly wrong: number;
  readonly faulty: number;
  /** Better candidates that were not promoted. */
  readonly missed: number;
  readonly better: number;
  readonly kinds: readonly KindFigures[];
}

/** A random part of the fleet. */
const drawWindows = (all: readonly FrozenWindow[], pair: number, seed: number): FrozenWindow[] => {
  const random = randomStream(seed, 'series', pair);
  const bySeries = [...Map.groupBy(all, ({ seriesId }) => seriesId).values()];
  const count = Math.min(bySeries.length, Math.round(random.between(SERIES.min, SERIES.max)));
  for (let i = 0; i < count; i++) {
    const j = i + random.below(bySeries.length - i);
    [bySeries[i], bySeries[j]] = [bySeries[j]!, bySeries[i]!];
  }
  return bySeries.slice(0, count).flat();
};

const decide = (all: readonly FrozenWindow[], pair: number, seed: number): Decision => {
  const kind = KINDS[pair % KINDS.length]!;
  const windows = drawWindows(all, pair, seed);
  const random = randomStream(seed, 'candidate', pair);
  const difference = kind.draw(random, [...new Set(windows.map(({ segment }) => segment))]);
  const results = windows.map((window) => candidateResult(window, difference, 1000 * seed + pair, random));
  const { passed, rules } = validateCandidate(
    {
      model: `candidate-${pair}`,
      results: results.filter((result) => result !== null),
      warmSeconds: latenciesOf(difference, random),
      artefactBytes: difference.bytes,
    },
    { model: 'champion', results: windows.map(championResult) },
  );
  return {
    kind,
    promoted: passed,
    blockedBy: rules.filter((rule) => !rule.passed).map(({ rule }) => rule),
  };
};

const kindFigures = (kind: CandidateKind, decisions: readonly Decision[]): KindFigures => {
  const blocks = Map.groupBy(
    decisions.flatMap(({ blockedBy }) => blockedBy),
    (rule) => rule,
  );
  return {
    ...{ kind: kind.name, isBetter: kind.isBetter, pairs: decisions.length },
    promoted: decisions.filter(({ promoted }) => promoted).length,
    blockedBy: [...blocks].map(([rule, all]) => [rule, all.length] as const).toSorted((a, b) => b[1] - a[1]),
  };
};

const reportLines = ({ pairs, windows, wrong, faulty, missed, better, kinds }: GateFigures): string[] => [
  `${pairs} pairs on ${windows} windows: ${wrong} of ${faulty} faulty candidates promoted, ${missed} of ${better} better ones not (${percent(missed / better)}).`,
  '',
  ...table([
    ['candidate', 'pairs', 'promoted', 'blocked by (times)'],
    ...kinds.map(({ kind, pairs: count, promoted, blockedBy }) => [
      ...[kind, String(count), String(promoted)],
      blockedBy.map(([rule, times]) => `${rule} ${times}`).join(', ') || '-',
    ]),
  ]),
  '',
];

/**
 * Decisions of the gate on pairs of the ensemble and a candidate made from its forecasts, on the real machines that chose
 * no threshold; without data, on simulated servers. Prints a table by `out` and returns the figures.
 */
export const runValidationBench = (
  { data, quick, out }: BenchOptions,
  half: Half = 'judged-on',
): GateFigures => {
  const seed = SEED[half];
  const real = quick === true ? [] : realSeries(data, half, DAYS);
  const windows = frozenWindows(
    real.length > 0 ? real : simulatedSeries(seed, quick === true ? 8 : 40, DAYS),
  );
  const pairs = quick === true ? KINDS.length : PAIRS;
  const decisions = Array.from({ length: pairs }, (_, pair) => decide(windows, pair, seed));
  const [better, faulty] = [true, false].map((is) => decisions.filter(({ kind }) => kind.isBetter === is));
  const figures: GateFigures = {
    ...{ pairs, windows: windows.length },
    wrong: faulty!.filter(({ promoted }) => promoted).length,
    faulty: faulty!.length,
    missed: better!.filter(({ promoted }) => !promoted).length,
    better: better!.length,
    kinds: [...Map.groupBy(decisions, ({ kind }) => kind)].map(([kind, own]) => kindFigures(kind, own)),
  };
  for (const line of reportLines(figures)) out(line);
  return figures;
};
