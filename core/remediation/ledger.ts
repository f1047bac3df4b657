/** Effects on the resources of one environment: what limits, cooldowns and breakers are computed from. */
import * as z from 'zod';
import { ResourceId } from './resource.ts';

const Seconds = z.number().int().nonnegative();

/** One effect, reserved before it begins: an action, or the undoing of one. */
export const LedgerEntry = z.strictObject({
  remediationId: z.string(),
  action: z.string(),
  resource: ResourceId,
  kind: z.enum(['action', 'undo']),
  units: z.number().int().min(1),
  /** When it was reserved; it counts from then on, whether or not it happened. */
  at: Seconds,
  /** `running` until the remediation ends; `ineffective`: it made no difference; `failed`: it did harm, or may have. */
  result: z.enum(['running', 'succeeded', 'unproven', 'ineffective', 'failed']),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Entries of at least the last week and all that are running, oldest first; one per remediation and kind. */
export const Ledger = z.strictObject({ entries: z.array(LedgerEntry) });
export type Ledger = z.infer<typeof Ledger>;
export const EMPTY_LEDGER: Ledger = { entries: [] };
