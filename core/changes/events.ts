/** Events of deployments. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';

export const CHANGES_SOURCE = 'forestall.changes';

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
  ...eventFields,
  plan: RollbackPlan,
  /** Why, in words, heaviest first. */
  evidence: z.array(z.string()),
  confidence: z.number().min(0).max(1),
  /** Too much will have happened by then. */
  expiresAt: z.iso.datetime(),
});

export const CHANGES_EVENTS = { RemediationProposed } as const;
export type ChangesEvent = EventOf<typeof CHANGES_EVENTS, typeof CHANGES_SOURCE>;
