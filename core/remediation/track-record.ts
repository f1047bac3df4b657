/** What actions have achieved: evidence for recommendations and for autonomy. */
import * as z from 'zod';
import { PROFILES } from '../metrics/targets/target.ts';

/** The end of one remediation that acted. */
export const Outcome = z.strictObject({
  remediationId: z.string(),
  action: z.string(),
  profile: z.enum(PROFILES),
  alertType: z.string(),
  environment: z.string(),
  /** `unproven` is neither success nor failure, but earns nothing. */
  result: z.enum(['succeeded', 'unproven', 'failed']),
  /** Epoch seconds. */
  at: z.number().int().nonnegative(),
  /** Seconds from the start of the cause to the end of the remediation. */
  seconds: z.number().nonnegative(),
});
export type Outcome = z.infer<typeof Outcome>;

/** Newest 500 outcomes of a tenant, oldest first. Unproven ones never push out others. */
export const TrackRecord = z.strictObject({ outcomes: z.array(Outcome) });
export type TrackRecord = z.infer<typeof TrackRecord>;
export const NO_RECORD: TrackRecord = { outcomes: [] };
