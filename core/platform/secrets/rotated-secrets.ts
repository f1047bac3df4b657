/** The secrets of a deployment that rotate, as their functions get them in `ROTATION_TARGETS`. */
import * as z from 'zod';
import { Integration } from '../api/integrations.ts';

const common = {
  /** Names it in reports, events and the runbook. */
  name: z.string().min(1),
  arn: z.string().min(1),
};

/** A key of the deployment itself: functions that sign with it also verify. */
export const OwnSecret = z.object({ ...common, kind: z.enum(['signing', 'vault']) });
export type OwnSecret = z.infer<typeof OwnSecret>;

/** The credential of an integration. */
export const IntegrationSecret = z.object({
  ...common,
  kind: z.literal('integration'),
  integration: Integration,
});
export type IntegrationSecret = z.infer<typeof IntegrationSecret>;

export const RotatedSecret = z.discriminatedUnion('kind', [OwnSecret, IntegrationSecret]);
export type RotatedSecret = z.infer<typeof RotatedSecret>;

export const RotatedSecrets = z.array(RotatedSecret).min(1);
export const OwnSecrets = z.array(OwnSecret).min(1);
