/** Events of remediations. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { EFFECTS, RISKS } from './action.ts';
import { Refusal, VERDICTS } from './remediation.ts';

export const REMEDIATION_SOURCE = 'forestall.remediation';

const remediationFields = {
  ...eventFields,
  remediationId: z.string(),
  environment: z.string(),
  action: z.string(),
  resource: z.string(),
  effect: z.enum(EFFECTS),
  risk: z.enum(RISKS),
  /** One sentence with the values: `desired capacity 5 → 6`. */
  change: z.string(),
  planHash: z.string(),
  confidence: z.number().min(0).max(1),
};

/** A plan that Forestall would carry out if its stage allowed it. */
export const RemediationSuggested = z.object(remediationFields);

/** People are asked; no answer until `expiresAt` means no. */
export const RemediationApprovalRequested = z.object({
  ...remediationFields,
  evidence: z.array(z.string()),
  undo: z.string(),
  needed: z.number().int(),
  expiresAt: z.iso.datetime(),
});

export const RemediationApproved = z.object({ ...remediationFields, by: z.array(z.string()) });

/** The intended state of the resource was seen. */
export const RemediationExecuted = z.object(remediationFields);

/** What became of an executed remediation. */
export const RemediationVerified = z.object({
  ...remediationFields,
  verdict: z.enum(VERDICTS),
  probabilityAvoided: z.number().nullable(),
  evidence: z.array(z.string()),
});

/** Somebody wants to undo what a remediation did, and people have to approve it; no answer means no. */
export const RemediationUndoRequested = z.object({
  ...remediationFields,
  /** Empty if none was given. */
  reason: z.string(),
  requestedBy: z.string(),
  needed: z.number().int(),
  /** Who approved it already; each approval counts for an hour. */
  by: z.array(z.string()),
});

export const RemediationRolledBack = z.object({ ...remediationFields, reason: z.string() });

/** A guardrail refused, a person said no, or nobody answered. */
export const RemediationBlocked = z.object({
  ...eventFields,
  remediationId: z.string(),
  reason: z.string(),
  refusals: z.array(Refusal),
});

/** A person has to take over: the action or its undoing failed, or made things worse. */
export const RemediationEscalated = z.object({ ...remediationFields, reason: z.string() });

export const REMEDIATION_EVENTS = {
  RemediationSuggested,
  RemediationApprovalRequested,
  RemediationApproved,
  RemediationExecuted,
  RemediationVerified,
  RemediationUndoRequested,
  RemediationRolledBack,
  RemediationBlocked,
  RemediationEscalated,
} as const;
export type RemediationEvent = EventOf<typeof REMEDIATION_EVENTS, typeof REMEDIATION_SOURCE>;
