import type { Reliability } from './reliability.ts';
import type { CaseResult, Recall } from './score-cases.ts';
import type { SimulatedScore } from './simulated.ts';

/** Recall on one set of labelled cases. */
export interface SetResult {
  readonly byGroup: Readonly<Record<string, Recall>>;
  readonly byVariant: Readonly<Record<string, Recall>>;
}

/** Everything the diagnosis bench measures. */
export interface DiagnoseBenchResult {
  readonly given: SetResult;
  readonly synthetic: SetResult & { readonly sources: number };
  readonly invariance: { readonly cases: number; readonly identical: number };
  readonly milliseconds: {
    readonly median: number;
    readonly p95: number;
    readonly max: number;
    readonly reading: number;
  };
  readonly reliability: {
    readonly given: Reliability;
    readonly synthetic: Reliability;
    readonly withoutNormal: Reliability;
  };
  readonly overconfident: readonly CaseResult[];
  readonly simulated: SimulatedScore;
}
