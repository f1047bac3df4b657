/** All drift of a model in one report, most severe first. */

import { SEVERITIES, type Severity } from '../../forecasts/breach-risk.ts';
import type { DriftFinding } from './finding.ts';

export interface DriftReport {
  /** The model version that was watched. */
  readonly model: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** That of the worst finding; null if nothing drifted. */
  readonly severity: Severity | null;
  readonly findings: readonly DriftFinding[];
  /** One sentence for people. */
  readonly summary: string;
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

export const driftReport = (
  model: string,
  at: number,
  found: readonly (DriftFinding | null)[],
): DriftReport => {
  const findings = found
    .filter((one) => one !== null)
    .toSorted((a, b) => rank(a.severity) - rank(b.severity) || (a.subject < b.subject ? -1 : 1));
  const severity = findings[0]?.severity ?? null;
  return { model, at, severity, findings, summary: summaryOf(model, findings) };
};

/** True if the model should be retrained. */
export const asksForRetraining = ({ severity }: DriftReport): boolean =>
  severity !== null && severity !== 'info';

/** Findings that ask for retraining and were less severe, or absent, in the report before: these are announced. */
export const newFindings = (
  before: DriftReport | null,
  { findings }: DriftReport,
): readonly DriftFinding[] => {
  const known = new Map(before?.findings.map((one) => [keyOf(one), rank(one.severity)]));
  return findings.filter(
    (one) =>
      one.severity !== 'info' && rank(one.severity) < (known.get(keyOf(one)) ?? Number.POSITIVE_INFINITY),
  );
};

const keyOf = ({ kind, subject }: DriftFinding): string => `${kind}: ${subject}`;

const summaryOf = (model: string, findings: readonly DriftFinding[]): string => {
  const [worst] = findings;
  if (worst === undefined) return `Nothing that ${model} was trained on has changed.`;
  const others = findings.length - 1;
  const more = others === 0 ? '' : ` ${others} more ${others === 1 ? 'finding' : 'findings'}.`;
  return `${worst.reason}${more}`;
};
