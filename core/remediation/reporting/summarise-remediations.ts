import { median } from '../../shared/maths/averages.ts';
import type { Remediation } from '../remediation.ts';
import type { Outcome, TrackRecord } from '../track-record.ts';

/** Outcomes of one action. Shares are null where nothing was counted. */
export interface ActionSummary {
  readonly action: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly unproven: number;
  /** Succeeded of succeeded and failed. */
  readonly successRate: number | null;
}

export interface RemediationSummary {
  /** Remediations of predicted breaches that ended or act, rehearsals excluded. */
  readonly predictions: number;
  readonly predictionsActedUpon: number;
  readonly shareActedUpon: number | null;
  /** Predicted breaches that did not come and, as verified, would have. */
  readonly breachesAvoided: number;
  /** Sum of their probabilities: what to expect of that number. */
  readonly expectedAvoided: number;
  /** Median seconds from the start of a cause to the end of the remediation that succeeded. */
  readonly medianSecondsToRepair: number | null;
  readonly unprovenShare: number | null;
  /** In the order of their ids. */
  readonly actions: readonly ActionSummary[];
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const count = (outcomes: readonly Outcome[], result: Outcome['result']): number =>
  outcomes.filter((outcome) => outcome.result === result).length;

const summaryOf = (action: string, outcomes: readonly Outcome[]): ActionSummary => {
  const [succeeded, failed] = [count(outcomes, 'succeeded'), count(outcomes, 'failed')];
  return {
    ...{ action, succeeded, failed, unproven: count(outcomes, 'unproven') },
    successRate: share(succeeded, succeeded + failed),
  };
};

const byAction = (outcomes: readonly Outcome[]): readonly ActionSummary[] =>
  [...Map.groupBy(outcomes, ({ action }) => action)]
    .map(([action, own]) => summaryOf(action, own))
    .sort((a, b) => (a.action < b.action ? -1 : 1));

const hasActed = ({ execution }: Remediation): boolean => execution !== null && execution.beganAt !== null;

/** Waiting, for people or for more to be known, is not yet a decision about the prediction. */
const UNDECIDED: ReadonlySet<Remediation['status']> = new Set(['waiting', 'choosing', 'awaiting-approval']);

const isDecided = ({ status, isDryRun }: Remediation): boolean => !isDryRun && !UNDECIDED.has(status);

/** What the remediations of a tenant achieved: those listed, and the outcomes of its record. */
export const summariseRemediations = (
  { outcomes }: TrackRecord,
  remediations: readonly Remediation[],
): RemediationSummary => {
  const predictions = remediations.filter(({ cause }) => cause.kind === 'predicted-breach').filter(isDecided);
  const acted = predictions.filter(hasActed);
  const avoided = acted.filter(({ verification }) => verification?.verdict === 'avoided');
  const repairs = outcomes.filter(({ result }) => result === 'succeeded').map(({ seconds }) => seconds);
  return {
    predictions: predictions.length,
    predictionsActedUpon: acted.length,
    shareActedUpon: share(acted.length, predictions.length),
    breachesAvoided: avoided.length,
    expectedAvoided: avoided.reduce(
      (sum, { verification }) => sum + (verification?.probabilityAvoided ?? 0),
      0,
    ),
    medianSecondsToRepair: repairs.length === 0 ? null : median(repairs),
    unprovenShare: share(count(outcomes, 'unproven'), outcomes.length),
    actions: byAction(outcomes),
  };
};
