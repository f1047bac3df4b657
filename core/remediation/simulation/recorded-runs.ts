/** Remediations as a record of decisions tells them: when something was chosen, from what, and how it ended. */
import * as z from 'zod';
import { type Json, jsonHash } from '../../shared/canonical-json.ts';
import { ChoiceInputs } from '../choosing/choice-inputs.ts';
import type { Decision, DecisionKind } from '../decision.ts';

const CHOICES: ReadonlySet<DecisionKind> = new Set([
  'choice-postponed',
  'plan-chosen',
  'nothing-chosen',
  'refused',
]);

/** `unanswered`: people were asked, and said nothing that is recorded. */
export const RECORDED_ENDS = [
  'acted',
  'undone',
  'rejected',
  'unanswered',
  'refused',
  'suggested',
  'nothing',
] as const;
export type RecordedEnd = (typeof RECORDED_ENDS)[number];

/** What was done in fact. */
export interface InFact {
  readonly end: RecordedEnd;
  /** Null if there was no plan. */
  readonly action: string | null;
  readonly resource: string | null;
  readonly wasApproved: boolean;
  /** Of the verification; null without one. */
  readonly verdict: string | null;
  /** The rules that refused, for the last time. */
  readonly refusedBy: readonly string[];
}

/** A time at which something was chosen. */
export interface RecordedChoice {
  readonly sequence: number;
  /** Null if they are missing, damaged, or of another release. */
  readonly inputs: ChoiceInputs | null;
}

export interface RecordedRun {
  readonly remediationId: string;
  /** Oldest first; at least one. */
  readonly choices: readonly RecordedChoice[];
  /** Of the last choice, epoch seconds. */
  readonly at: number;
  readonly inFact: InFact;
}

const Refusals = z.array(z.looseObject({ rule: z.string() }));
const Outcome = z.looseObject({
  outcome: z.string(),
  plan: z.looseObject({ action: z.looseObject({ id: z.string() }), resource: z.string() }).nullable(),
  refusals: Refusals,
});
const Verification = z.looseObject({ verdict: z.string() });
const Refused = z.looseObject({ refusals: Refusals });

const rulesOf = (refusals: z.infer<typeof Refusals> | undefined): readonly string[] =>
  (refusals ?? []).map(({ rule }) => rule);

const endOf = (kinds: ReadonlySet<DecisionKind>, chosen: string | undefined): RecordedEnd => {
  if (kinds.has('undo-done')) return 'undone';
  if (kinds.has('action-begun')) return 'acted';
  if (kinds.has('rejected')) return 'rejected';
  if (kinds.has('action-refused') || chosen === 'refused') return 'refused';
  if (kinds.has('approval-asked')) return 'unanswered';
  return chosen === 'nothing' || chosen === undefined ? 'nothing' : 'suggested';
};

const inFactOf = (decisions: readonly Decision[]): InFact => {
  const last = (...kinds: readonly DecisionKind[]) =>
    decisions.findLast(({ kind }) => kinds.includes(kind))?.outcome;
  const choice = Outcome.safeParse(last(...CHOICES)).data;
  const kinds = new Set(decisions.map(({ kind }) => kind));
  const atAction = Refused.safeParse(last('action-refused')).data?.refusals;
  return {
    end: endOf(kinds, choice?.outcome),
    action: choice?.plan?.action.id ?? null,
    resource: choice?.plan?.resource ?? null,
    wasApproved: kinds.has('approved') && !kinds.has('rejected'),
    verdict: Verification.safeParse(last('verified')).data?.verdict ?? null,
    refusedBy: rulesOf(atAction ?? choice?.refusals),
  };
};

const choiceOf = ({ sequence, inputsHash }: Decision, inputs: ReadonlyMap<string, Json>): RecordedChoice => {
  const found = inputs.get(inputsHash ?? '');
  const isSound = found !== undefined && jsonHash(found) === inputsHash;
  return { sequence, inputs: (isSound && ChoiceInputs.safeParse(found).data) || null };
};

/** The remediations about which something was chosen, in the order in which it was last. */
export const recordedRuns = (
  decisions: readonly Decision[],
  inputs: ReadonlyMap<string, Json>,
): readonly RecordedRun[] => {
  const byRun = Map.groupBy(
    decisions.filter(({ remediationId }) => remediationId !== null),
    ({ remediationId }) => remediationId ?? '',
  );
  return [...byRun]
    .flatMap(([remediationId, own]): readonly RecordedRun[] => {
      const chosen = own.filter(({ kind }) => CHOICES.has(kind));
      const last = chosen.at(-1);
      if (last === undefined) return [];
      const choices = chosen.map((each) => choiceOf(each, inputs));
      return [{ remediationId, choices, at: last.at, inFact: inFactOf(own) }];
    })
    .toSorted((a, b) => a.choices.at(-1)!.sequence - b.choices.at(-1)!.sequence);
};
