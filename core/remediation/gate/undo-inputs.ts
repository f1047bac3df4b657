/** Everything that the judgement of an undoing may consider, as it is recorded with its decision. */
import * as z from 'zod';
import type { PlannedChange } from '../plan.ts';
import { type Refusal, Remediation } from '../remediation.ts';
import { GateWorld, type RuleFinding } from './gate-world.ts';

/** What is judged of a remediation: without secrets, which are not recorded. */
const UndoSubject = Remediation.pick({
  remediationId: true,
  status: true,
  plan: true,
  planHash: true,
  execution: true,
  undoRequest: true,
});
export type UndoSubject = z.infer<typeof UndoSubject>;

/** The recorded inputs of `judgeUndo`. */
export const UndoInputs = z.strictObject({ remediation: UndoSubject, world: GateWorld });
export type UndoInputs = z.infer<typeof UndoInputs>;

export const undoInputsOf = (
  { remediationId, status, plan, planHash, execution, undoRequest }: UndoSubject,
  world: GateWorld,
): UndoInputs => ({
  remediation: { remediationId, status, plan, planHash, execution, undoRequest },
  world,
});

export interface UndoVerdict {
  readonly allowed: boolean;
  /** From the present state to the one before the action; null unless it is allowed. */
  readonly change: PlannedChange | null;
  readonly refusals: readonly Refusal[];
  readonly rules: readonly RuleFinding[];
}
