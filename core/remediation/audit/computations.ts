/** How each kind of decision that Forestall computes follows from its recorded inputs. */
import * as z from 'zod';
import type { Json } from '../../shared/canonical-json.ts';
import { ChoiceInputs } from '../choosing/choice-inputs.ts';
import { chooseAction } from '../choosing/choose-action.ts';
import type { DecisionKind } from '../decision.ts';
import { GateInputs } from '../gate/gate-world.ts';
import { judge } from '../gate/judge.ts';
import { judgeUndo } from '../gate/undo.ts';
import { UndoInputs } from '../gate/undo-inputs.ts';
import { HealingInputs, judgeHealing } from '../healing/judge-healing.ts';
import { KNOWN } from '../recommendation/catalogue-knowledge.ts';
import { VerificationInputs } from '../verification/verification-inputs.ts';
import { verify } from '../verification/verify.ts';
import { type DiagnosisReplay, replayDiagnosis } from './replay-diagnosis.ts';

export interface Computation {
  /** The causes of an incident on which the inputs rest. @throws if these are not inputs of this kind */
  diagnosis?(inputs: unknown, ofDiagnosis: Json | undefined): DiagnosisReplay;
  /** Computes the result again. @throws if these are not inputs of this kind */
  compute(inputs: unknown): unknown;
  /** The part of a recorded outcome that was computed. */
  computed(outcome: unknown): unknown;
}

const whole = <Inputs>(schema: z.ZodType<Inputs>, compute: (inputs: Inputs) => unknown): Computation => ({
  compute: (inputs) => compute(schema.parse(inputs)),
  computed: (outcome) => outcome,
});

const WithVerdict = z.looseObject({ verdict: z.unknown() });

/** Outcomes with a verdict, beside which they may state what else was decided on. */
const verdict = <Inputs>(schema: z.ZodType<Inputs>, compute: (inputs: Inputs) => unknown): Computation => ({
  compute: (inputs) => compute(schema.parse(inputs)),
  computed: (outcome) => WithVerdict.safeParse(outcome).data?.verdict ?? outcome,
});

const gate = verdict(GateInputs, ({ plan, world }) => judge(plan, world));
const healing = whole(HealingInputs, (inputs) => ({ plan: inputs.plan, refusals: judgeHealing(inputs) }));

const choice: Computation = {
  ...whole(ChoiceInputs, (inputs) => chooseAction(inputs, KNOWN)),
  diagnosis: (inputs, ofDiagnosis) => replayDiagnosis(ChoiceInputs.parse(inputs), ofDiagnosis),
};
const undo = verdict(UndoInputs, ({ remediation, world }) => judgeUndo(remediation, world));

/** The other kinds are decided by people, or record what happened. */
export const COMPUTATIONS: Readonly<Partial<Record<DecisionKind, Computation>>> = {
  'choice-postponed': choice,
  'plan-chosen': choice,
  'nothing-chosen': choice,
  refused: choice,
  'approval-asked': gate,
  'action-allowed': gate,
  'action-refused': gate,
  'undo-begun': undo,
  'undo-failed': undo,
  verified: whole(VerificationInputs, verify),
  'healing-begun': healing,
  'healing-refused': healing,
};
