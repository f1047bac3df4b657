import type { AlarmGate } from './diagnosis/alarm-gate.ts';
import type { RankingMethod } from './diagnosis/confidence.ts';
import type { RankedCause } from './diagnosis/diagnose.ts';
import type { HarmMetric } from './diagnosis/diagnosis-target.ts';
import type { IncidentSignature, SimilarIncident } from './diagnosis/similar-incidents.ts';

/** Method of ranking: by request metrics, by order of deviation, or without any metric. */
export type CauseMethod = RankingMethod | 'first-to-deviate' | 'topology';

/** Words for a confidence. */
export const CONFIDENCE_BANDS = ['high', 'medium', 'low'] as const;
export type ConfidenceBand = (typeof CONFIDENCE_BANDS)[number];

/** Cut points read off the reliability tables of `bench diagnose`; see docs/adr/0006-diagnosis.md. */
const MIN_IN_BAND = { high: 0.9, medium: 0.5 } as const;

/** The band of a confidence in [0, 1]. */
export const confidenceBand = (confidence: number): ConfidenceBand => {
  if (confidence >= MIN_IN_BAND.high) return 'high';
  return confidence >= MIN_IN_BAND.medium ? 'medium' : 'low';
};

/** A cause and advice on it. Reports of older versions have no advice. */
export type ExplainedCause = RankedCause & { readonly recommendation?: string };

/** The likely causes of an incident, most likely first, and the data behind them. Times are epoch seconds. */
export interface CausesReport {
  readonly incidentId: string;
  /** Version of the incident that was diagnosed. */
  readonly incidentVersion: number;
  readonly diagnosedAt: number;
  /** The target whose harm was traced along calls, and the metric that showed it. */
  readonly target: string;
  readonly metric: HarmMetric | undefined;
  readonly window: { readonly from: number; readonly to: number; readonly stepSeconds: number };
  /** Version of the dependency graph; undefined if the graph is empty. */
  readonly graphVersion: string | undefined;
  readonly method: CauseMethod;
  readonly causes: readonly ExplainedCause[];
  /** Missing data and other reasons to trust the answer less, one sentence each. */
  readonly limits: readonly string[];
  readonly gate: AlarmGate | undefined;
  readonly similar: readonly SimilarIncident[];
  readonly signature: IncidentSignature;
  /** SHA-256 of the recorded inputs from which the report can be computed again; absent if they were not recorded. */
  readonly inputsHash?: string;
}
