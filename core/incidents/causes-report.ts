import type { AlarmGate } from './diagnosis/alarm-gate.ts';
import type { RankingMethod } from './diagnosis/confidence.ts';
import type { RankedCause } from './diagnosis/diagnose.ts';
import type { DiagnosisTarget } from './diagnosis/files/target-json.ts';
import type { IncidentSignature, SimilarIncident } from './diagnosis/similar-incidents.ts';

/** How causes were ranked: by one of the methods for request metrics, by who deviated first, or without any metric. */
export type CauseMethod = RankingMethod | 'first-to-deviate' | 'topology';

/** A cause and what to do about it, in words; the advice is left out in reports of older versions. */
export type ExplainedCause = RankedCause & { readonly recommendation?: string };

/** What was found of an incident's causes, most likely first, and what it rests on. Times are epoch seconds. */
export interface CausesReport {
  readonly incidentId: string;
  /** Version of the incident that was looked at. */
  readonly incidentVersion: number;
  readonly diagnosedAt: number;
  /** The target whose harm was followed, and by which of its metrics. */
  readonly target: string;
  readonly metric: DiagnosisTarget['metric'] | undefined;
  readonly window: { readonly from: number; readonly to: number; readonly stepSeconds: number };
  /** Version of the dependency graph used; undefined without one. */
  readonly graphVersion: string | undefined;
  readonly method: CauseMethod;
  readonly causes: readonly ExplainedCause[];
  /** What could not be done, and what weakens the answer; one sentence each. */
  readonly limits: readonly string[];
  readonly gate: AlarmGate | undefined;
  readonly similar: readonly SimilarIncident[];
  readonly signature: IncidentSignature;
}
