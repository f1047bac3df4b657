import { AGAIN_MINUTES } from '../choosing/judge-again.ts';
import type { Refusal, Remediation, RemediationStatus } from '../remediation.ts';
import type { Judged } from './judge-run.ts';
import { asJson } from './judge-run.ts';
import type { StepDecision } from './step.ts';

/** One sentence from refusals, most important first. */
export const explainRefusals = (refusals: readonly Refusal[]): string =>
  refusals.map(({ reason }) => reason).join('; ') || 'the gate refused';

/** A run that ends before anything was changed. */
export const endedRun = (
  run: Remediation,
  status: RemediationStatus,
  now: number,
  explanation: string,
  refusals: readonly Refusal[] = [],
): Remediation => ({ ...run, status, endedAt: now, explanation, refusals: [...refusals] });

export const refusedRun = (run: Remediation, refusals: readonly Refusal[], now: number): Remediation =>
  endedRun(run, 'refused', now, explainRefusals(refusals), refusals);

/** A run about which the gate is asked again later: nothing was changed, and what people approved is not what will be done. */
export const waitingRun = (run: Remediation, explanation: string): Remediation => ({
  ...{ ...run, status: 'waiting', endedAt: null, approval: null },
  explanation: `${explanation}: it is judged again every ${AGAIN_MINUTES} minutes.`,
});

/** A decision not to act; with a verdict of the gate, it can be computed again. */
export const refusedBy = (refusals: readonly Refusal[], judged?: Judged): StepDecision =>
  judged === undefined
    ? { kind: 'action-refused', outcome: asJson({ refusals }) }
    : {
        ...{ kind: 'action-refused', inputs: judged.inputs },
        outcome: asJson({ refusals, verdict: judged.verdict }),
      };
