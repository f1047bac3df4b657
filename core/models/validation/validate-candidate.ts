/** The gate between a candidate and the champion. */

import { breachPrecision, breachRecall } from './breach-rules.ts';
import { compareWindows, type WindowResult } from './compared-windows.ts';
import { coverage, segmentCoverage } from './coverage-rules.ts';
import { GATE_RULES, type GateRule, type GateRuleName, type RuleResult } from './gate-rule.ts';
import { GATE_SETTINGS, type GateSettings } from './gate-settings.ts';
import { evidence, gain, loss, segmentParity, soundness } from './loss-rules.ts';
import { latency, size } from './serving-rules.ts';

/** A model with its results on the frozen windows. */
export interface ValidatedModel {
  /** Name and version. */
  readonly model: string;
  readonly results: readonly WindowResult[];
}

export interface Candidate extends ValidatedModel {
  /** Seconds of single warm forecasts. */
  readonly warmSeconds: readonly number[];
  readonly artefactBytes: number;
}

export interface RuleReport extends RuleResult {
  readonly rule: GateRuleName;
}

export interface GateReport {
  readonly candidate: string;
  readonly champion: string;
  readonly passed: boolean;
  /** Every rule, passed or not, in the order of `GATE_RULES`. */
  readonly rules: readonly RuleReport[];
  /** One sentence for people. */
  readonly summary: string;
}

const RULES: Readonly<Record<GateRuleName, GateRule>> = {
  soundness,
  evidence,
  loss,
  gain,
  coverage,
  'segment-coverage': segmentCoverage,
  'breach-precision': breachPrecision,
  'breach-recall': breachRecall,
  latency,
  size,
  'segment-parity': segmentParity,
};

/** Judges a candidate against the champion on the same windows. It passes only if it passes every rule. */
export const validateCandidate = (
  candidate: Candidate,
  champion: ValidatedModel,
  settings: GateSettings = GATE_SETTINGS,
): GateReport => {
  const { warmSeconds, artefactBytes } = candidate;
  const input = {
    ...compareWindows(champion.results, candidate.results),
    warmSeconds,
    artefactBytes,
    settings,
  };
  const rules = GATE_RULES.map((rule) => ({ rule, ...RULES[rule](input) }));
  const failed = rules.filter(({ passed }) => !passed);
  return {
    candidate: candidate.model,
    champion: champion.model,
    passed: failed.length === 0,
    rules,
    summary:
      failed.length === 0
        ? `${candidate.model} passed all ${rules.length} rules against ${champion.model}.`
        : `${candidate.model} does not replace ${champion.model}: ${failed.length} of ${rules.length} rules failed. ${failed.map(({ reason }) => reason).join(' ')}`,
  };
};
