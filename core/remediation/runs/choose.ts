import type { Json } from '../../shared/canonical-json.ts';
import type { Cause } from '../cause.ts';
import { judgedAgainAt } from '../choosing/judge-again.ts';
import { planHash } from '../plan.ts';
import type { PreviewedCall, RemediationState } from '../ports.ts';
import { ENDED, type Remediation, type RemediationStatus } from '../remediation.ts';
import { ended } from './announce.ts';
import { asJson } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { resume } from './resume.ts';
import type { Choice } from './rules.ts';
import { type RunKey, type Step, type StepDeps, takeStep } from './step.ts';

/** The cause of a remediation, and how it began. */
export interface Beginning extends RunKey {
  readonly cause: Cause;
  /** Only a rehearsal: it ends with the calls that would be made. */
  readonly isDryRun: boolean;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly workflowVersion: string;
}

/** What a choice is computed from, or the time at which more is expected to be known, epoch seconds. */
export type Gathered<Inputs> =
  | {
      readonly inputs: Inputs;
      /** Of the forecasts before the action; null without any. */
      readonly evidenceHash: string | null;
    }
  | { readonly waitUntil: number };

export interface ChooseDeps<Inputs extends Json> extends StepDeps {
  readonly gather: (
    beginning: Beginning,
    context: { readonly state: RemediationState; readonly now: number },
  ) => Promise<Gathered<Inputs>>;
  readonly chooseAction: (inputs: Inputs) => Choice;
  readonly preview: (plan: NonNullable<Choice['plan']>) => readonly PreviewedCall[];
}

const STATUSES: Readonly<Record<Choice['outcome'], RemediationStatus>> = {
  nothing: 'nothing-to-do',
  refused: 'refused',
  suggest: 'suggested',
  ask: 'awaiting-approval',
  act: 'choosing',
};

const KINDS = {
  nothing: 'nothing-chosen',
  refused: 'refused',
  suggest: 'plan-chosen',
  ask: 'plan-chosen',
  act: 'plan-chosen',
} as const;

/** A rehearsal that would go on ends as a suggestion. */
const outcomeOf = ({ outcome }: Choice, { isDryRun }: Beginning): Choice['outcome'] =>
  isDryRun && (outcome === 'ask' || outcome === 'act') ? 'suggest' : outcome;

interface ChosenFacts {
  readonly calls: readonly PreviewedCall[];
  readonly evidenceHash: string | null;
  readonly now: number;
}

const chosenRun = (
  beginning: Beginning,
  choice: Choice,
  { calls, evidenceHash, now }: ChosenFacts,
): Remediation => {
  const { plan, refusals, explanation } = choice;
  const status = STATUSES[outcomeOf(choice, beginning)];
  return {
    ...beginning,
    ...{ status, endedAt: ENDED.has(status) ? now : null, environment: plan?.environment ?? null },
    ...{ plan, planHash: plan && planHash(plan), calls: [...calls], explanation },
    refusals: [...refusals],
    ...{ approval: null, execution: null, verification: null, undoRequest: null, evidenceHash },
  };
};

/**
 * Chooses an action for a cause, or none, and records the choice with everything that it was computed from. A repeat
 * returns the recorded choice.
 */
export const chooseStep = <Inputs extends Json>(
  deps: ChooseDeps<Inputs>,
  beginning: Beginning,
): Promise<StepOutcome> =>
  takeStep(deps, beginning, async ({ now, state, run }): Promise<Step<StepOutcome>> => {
    if (run !== undefined) return { result: resume(run.item, state, now), events: ended(run.item) };
    const gathered = await deps.gather(beginning, { state, now });
    if ('waitUntil' in gathered)
      return { result: proceed({ status: 'choosing' }, 'choose', gathered.waitUntil) };
    const choice = deps.chooseAction(gathered.inputs);
    const again = judgedAgainAt(beginning.cause, choice, { startedAt: beginning.startedAt, now });
    if (again !== null && !beginning.isDryRun)
      return { result: proceed({ status: 'choosing' }, 'choose', again) };
    const calls = choice.plan === null ? [] : deps.preview(choice.plan);
    const { inputs, evidenceHash } = gathered;
    const chosen = chosenRun(beginning, choice, { calls, evidenceHash, now });
    const outcome = asJson(choice);
    const decision = { kind: KINDS[outcomeOf(choice, beginning)], outcome, inputs };
    return {
      change: { run: chosen, decisions: [decision] },
      events: ended(chosen),
      result: resume(chosen, state, now),
    };
  });
