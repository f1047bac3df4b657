import type { Json } from '../../shared/canonical-json.ts';
import type { Remediation, Verification } from '../remediation.ts';
import { ended, verified } from './announce.ts';
import { asJson } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { resume } from './resume.ts';
import { type RunKey, type Step, type StepDecision, type StepDeps, storedRun, takeStep } from './step.ts';

export interface VerifyDeps<Inputs extends Json> extends StepDeps {
  /** Null if no metric shows whether the problem is over. */
  readonly gather: (run: Remediation, now: number) => Promise<Inputs | null>;
  readonly verify: (inputs: Inputs) => Verification | { readonly waitSeconds: number };
}

/** Success is never claimed without telemetry. */
const unverifiable = (at: number): Verification => ({
  ...{ verdict: 'unproven', probabilityAvoided: null, points: 0, newestAt: null, at },
  evidence: ['no metric shows whether the problem is over'],
});

const verifiedBy = (found: Verification, inputs: Json | null): StepDecision => ({
  ...{ kind: 'verified', outcome: asJson(found) },
  ...(inputs === null ? {} : { inputs }),
});

const explain = ({ verdict, evidence }: Verification): string => evidence[0] ?? `the result is ${verdict}`;

/** Compares what was observed after the action with what was expected without it, and records the verdict. */
export const verifyStep = <Inputs extends Json>(
  deps: VerifyDeps<Inputs>,
  key: RunKey,
): Promise<StepOutcome> =>
  takeStep(deps, key, async (snapshot): Promise<Step<StepOutcome>> => {
    const { now, state } = snapshot;
    const run = storedRun(key, snapshot);
    if (run.status !== 'verifying' || run.verification !== null)
      return { result: resume(run, state, now), events: [...verified(run), ...ended(run)] };
    const inputs = await deps.gather(run, now);
    const found = inputs === null ? unverifiable(now) : deps.verify(inputs);
    if ('waitSeconds' in found) return { result: proceed(run, 'verify', now + found.waitSeconds) };
    const isWorse = found.verdict === 'worse';
    const judged: Remediation = {
      ...{ ...run, verification: found, explanation: explain(found) },
      status: isWorse ? 'undoing' : 'verifying',
    };
    return {
      change: { run: judged, decisions: [verifiedBy(found, inputs)] },
      events: verified(judged),
      result: proceed(judged, isWorse ? 'undo' : 'close'),
    };
  });
