import type { Json } from '../../shared/canonical-json.ts';
import type { Cause } from '../cause.ts';
import { judgedAgainAt } from '../choosing/judge-again.ts';
import { planHash } from '../plan.ts';
import type { PreviewedCall, RemediationState } from '../ports.ts';
import { ENDED, type Remediation, type RemediationStatus } from '../remediation.ts';
import { ended } from './announce.ts';
import { asJson } from './judge-run.ts';
import { proceed, type StepOutcome } from './outcome.ts';
import { waitingRun } from './refuse.ts';
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
  /** Seconds between two forecasts of a target. */
  readonly forecastSeconds: number;
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

const postponed = (run: Remediation, { outcome, explanation }: Choice): Remediation =>
  waitingRun(
    run,
    `${explanation} ${outcome === 'refused' ? 'That may change' : 'There is time for another forecast'}`,
  );

/** What a waiting remediation would do, and why it does not. */
const waitsFor = ({ plan, refusals }: Remediation): string =>
  JSON.stringify([plan?.action.id, plan?.resource, plan?.change.summary, refusals.map(({ rule }) => rule)]);

/**
 * Chooses an action for a cause, or none, and records the choice with everything that it was computed from. A repeat
 * returns the recorded choice. A choice that is made again later is recorded when it differs from the one before.
 */
export const chooseStep = <Inputs extends Json>(
  deps: ChooseDeps<Inputs>,
  beginning: Beginning,
): Promise<StepOutcome> =>
  takeStep(deps, beginning, async ({ now, state, run }): Promise<Step<StepOutcome>> => {
    if (run !== undefined && run.item.status !== 'waiting')
      return { result: resume(run.item, state, now), events: ended(run.item) };
    const gathered = await deps.gather(beginning, { state, now });
    if ('waitUntil' in gathered)
      return { result: proceed({ status: 'choosing' }, 'choose', gathered.waitUntil) };
    const choice = deps.chooseAction(gathered.inputs);
    const calls = choice.plan === null ? [] : deps.preview(choice.plan);
    const { inputs, evidenceHash } = gathered;
    const chosen = chosenRun(beginning, choice, { calls, evidenceHash, now });
    const outcome = asJson(choice);
    const again = judgedAgainAt(beginning.cause, choice, {
      ...{ startedAt: beginning.startedAt, now, forecastSeconds: deps.forecastSeconds },
    });
    if (again !== null && !beginning.isDryRun) {
      const waiting = postponed(chosen, choice);
      const isKnown = run !== undefined && waitsFor(run.item) === waitsFor(waiting);
      const decision = { kind: 'choice-postponed', outcome, inputs } as const;
      return {
        change: { run: waiting, decisions: isKnown ? [] : [decision] },
        result: proceed(waiting, 'choose', again),
      };
    }
    const decision = { kind: KINDS[outcomeOf(choice, beginning)], outcome, inputs };
    return {
      change: { run: chosen, decisions: [decision] },
      events: ended(chosen),
      result: resume(chosen, state, now),
    };
  });
