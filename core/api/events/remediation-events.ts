/** Schemas of the events about putting things right. */
import * as z from 'zod';

/** Taking a target back to the version before. */
export const RollbackPlan = z.object({
  action: z.literal('roll-back-deployment'),
  targetId: z.string(),
  changeId: z.string(),
  /** Version deployed, and the one to go back to; null where nobody told. */
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type RollbackPlan = z.infer<typeof RollbackPlan>;

/** A proposal, never an order: nothing has been done, and nothing will be without somebody's decision. */
export const RemediationProposed = z.object({
  /** Derived from the change, so that consumers can drop a repeated delivery. */
  id: z.string(),
  tenantId: z.string(),
  occurredAt: z.iso.datetime(),
  plan: RollbackPlan,
  /** Why, in words, heaviest first. */
  evidence: z.array(z.string()),
  confidence: z.number().min(0).max(1),
  /** Too much will have happened by then. */
  expiresAt: z.iso.datetime(),
});
