import type { Comparison } from './compared-windows.ts';
import type { GateSettings } from './gate-settings.ts';

export const GATE_RULES = [
  'soundness',
  'evidence',
  'loss',
  'gain',
  'coverage',
  'segment-coverage',
  'breach-precision',
  'breach-recall',
  'latency',
  'size',
  'segment-parity',
] as const;
export type GateRuleName = (typeof GATE_RULES)[number];

/** What the rules read. */
export interface GateInput extends Comparison {
  /** Seconds of single warm forecasts by the candidate. */
  readonly warmSeconds: readonly number[];
  readonly artefactBytes: number;
  readonly settings: GateSettings;
}

/** What a rule found. Figures of nothing are null, and block. */
export interface RuleResult {
  readonly passed: boolean;
  readonly figure: number | null;
  readonly threshold: number;
  /** One sentence for people. */
  readonly reason: string;
}

export type GateRule = (input: GateInput) => RuleResult;

export const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;
