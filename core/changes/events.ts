/** Events of deployments. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';

export const CHANGES_SOURCE = 'forestall.changes';

/** Rollback of a target to its previous version. */
export const RollbackPlan = z.object({
  action: z.literal('roll-back-deployment'),
  targetId: z.string(),
  changeId: z.string(),
  /** Deployed version and the version to restore; null if unknown. */
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type RollbackPlan = z.infer<typeof RollbackPlan>;

/** A proposal to a person: Forestall has not done anything, and does not act on it. */
export const RemediationProposed = z.object({
  ...eventFields,
  plan: RollbackPlan,
  /** Reasons for people, most important first. */
  evidence: z.array(z.string()),
  confidence: z.number().min(0).max(1),
  /** After this time the proposal may no longer fit the state of the system. */
  expiresAt: z.iso.datetime(),
});

export const CHANGES_EVENTS = { RemediationProposed } as const;
export type ChangesEvent = EventOf<typeof CHANGES_EVENTS, typeof CHANGES_SOURCE>;
