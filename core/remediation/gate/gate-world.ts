/** Everything that the gate may consider, as it is recorded with its decision. */
import * as z from 'zod';
import { Json } from '../../shared/canonical-json.ts';
import { Ledger } from '../ledger.ts';
import { RemediationPlan } from '../plan.ts';
import { KillSwitch, RemediationCeiling } from '../policy.ts';
import { Approval, type Refusal } from '../remediation.ts';
import { TrackRecord } from '../track-record.ts';
import { ErrorBudget } from './error-budget.ts';

export const GateWorld = z.strictObject({
  /** `choosing`: may it be proposed; `acting`: may it be carried out now. */
  phase: z.enum(['choosing', 'acting']),
  /** Epoch seconds. */
  now: z.number().int().nonnegative(),
  /** As stored: the gate itself checks that it is a policy. Null if there is none. */
  policy: Json,
  /** Revision of the stored policy; 0 if there is none. */
  policyVersion: z.number().int().nonnegative(),
  ceiling: RemediationCeiling,
  killSwitch: KillSwitch.nullable(),
  ledger: Ledger,
  track: TrackRecord,
  /** The least that remains of the error budgets of the affected objectives; null if none is known. */
  errorBudget: ErrorBudget.nullable(),
  approvals: z.array(Approval),
  /** State of the resource read just now; null while choosing. */
  present: Json,
});
export type GateWorld = z.infer<typeof GateWorld>;

/** The recorded inputs of `judge`. */
export const GateInputs = z.strictObject({ plan: RemediationPlan, world: GateWorld });
export type GateInputs = z.infer<typeof GateInputs>;

/** The result of one rule: null if it has no objection. */
export type RuleResult = Omit<Refusal, 'rule'> | null;

/** `suggest`: people are told; `ask`: people must approve; `act`: it may be carried out. */
export type GateMode = 'refused' | 'suggest' | 'ask' | 'act';

export interface GateVerdict {
  readonly mode: GateMode;
  /** People who must approve; 0 if none. */
  readonly needed: 0 | 1 | 2;
  readonly refusals: readonly Refusal[];
  /** Every rule in its order. */
  readonly rules: readonly RuleFinding[];
}

export interface RuleFinding {
  readonly rule: string;
  readonly passed: boolean;
  /** What it found, for people; empty if there is nothing to say. */
  readonly detail: string;
}
