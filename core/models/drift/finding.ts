import type { Severity } from '../../forecasts/breach-risk.ts';

export const DRIFT_KINDS = ['data', 'concept', 'calibration', 'fleet'] as const;
/** `data`: values changed; `concept`: losses grew; `calibration`: bands cover another share; `fleet`: targets changed. */
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** One thing that drifted. `info` is for people who look; from `warning` on, the model should be retrained. */
export interface DriftFinding {
  readonly kind: DriftKind;
  /** What drifted: a profile and metric, the whole fleet, or a group of targets. */
  readonly subject: string;
  readonly severity: Severity;
  readonly figure: number;
  /** The bar that the figure passed. */
  readonly threshold: number;
  /** One sentence for people. */
  readonly reason: string;
}

export const percentText = (share: number): string => `${(100 * share).toFixed(0)} %`;
