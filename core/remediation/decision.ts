/** Decisions of a tenant in their order, each chained to the one before it by a hash. */
import * as z from 'zod';
import { StoredActor } from '../platform/actor.ts';
import { Json } from '../shared/canonical-json.ts';
import { TenantId } from '../shared/identifiers.ts';

export const DECISION_KINDS = [
  'choice-postponed',
  'plan-chosen',
  'nothing-chosen',
  'refused',
  'approval-asked',
  'approved',
  'rejected',
  'approval-expired',
  'action-allowed',
  'action-refused',
  'action-begun',
  'action-done',
  'action-failed',
  'verified',
  'undo-begun',
  'undo-done',
  'undo-failed',
  'closed',
  'escalated',
  'policy-changed',
  'kill-switch-changed',
  'autonomy-changed',
  'healing-begun',
  'healing-refused',
  'healing-ended',
] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** A decision to be appended. */
export const NewDecision = z.strictObject({
  kind: z.enum(DECISION_KINDS),
  /** Null for changes of the policy and the like. */
  remediationId: z.string().nullable(),
  /** Epoch seconds. */
  at: z.number().int().nonnegative(),
  /** A person or key that decided; null if Forestall did. */
  by: StoredActor.nullable(),
  planHash: z.string().length(64).nullable(),
  policyVersion: z.number().int().nonnegative().nullable(),
  /** SHA-256 of the recorded inputs from which the decision can be computed again; null if people decided. */
  inputsHash: z.string().length(64).nullable(),
  /** What was decided: the result of the computation, or the words of a person. */
  outcome: Json,
});
export type NewDecision = z.infer<typeof NewDecision>;

export const Decision = NewDecision.extend({
  tenantId: TenantId,
  /** 1, 2, 3, … without gaps. */
  sequence: z.number().int().positive(),
  /** `hash` of the decision before; 64 zeros for the first. */
  previousHash: z.string().length(64),
  /** SHA-256 of the canonical JSON of all other fields. */
  hash: z.string().length(64),
});
export type Decision = z.infer<typeof Decision>;

export const ChainHead = z.strictObject({
  sequence: z.number().int().nonnegative(),
  hash: z.string().length(64),
});
export type ChainHead = z.infer<typeof ChainHead>;
export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** The end of a chain at a time, kept where nobody can change it. */
export const Anchor = ChainHead.extend({
  /** Epoch seconds. */
  at: z.number().int().nonnegative(),
});
export type Anchor = z.infer<typeof Anchor>;
