/** The secrets of a deployment that rotate, as their functions get them in `ROTATION_TARGETS`. */
import * as z from 'zod';

export const RotatedSecret = z.object({
  /** Names it in reports, events and the runbook. */
  name: z.string().min(1),
  arn: z.string().min(1),
  kind: z.enum(['signing', 'vault']),
});
export type RotatedSecret = z.infer<typeof RotatedSecret>;

export const RotatedSecrets = z.array(RotatedSecret).min(1);
