import type { BackendRequest } from '../ports.ts';
import type { ExplainedSeries } from '../reasons/explain-breach.ts';

/** What is needed to explain a breach. */
export interface Explainable {
  readonly series: ExplainedSeries;
  /** Identifies the series, with the state that the backend returned for it. */
  readonly asked: Pick<BackendRequest, 'itemId' | 'state'>;
  /** Leading steps of the forecast that lie before now. */
  readonly elapsed: number;
}
