/** The policy of a tenant, its kill switch, and what actions have earned. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { PlainLine } from '../../shared/text.ts';
import { AutonomyStage, EnvironmentPolicy, RemediationPolicy } from '../policy.ts';

const Version = z
  .number()
  .int()
  .min(0)
  .describe('The version last read (0 if none is stored); every change increments it');

named('EnvironmentPolicy', EnvironmentPolicy);

export const PolicyBody = named(
  'RemediationPolicyChange',
  z.strictObject({ version: Version, policy: RemediationPolicy }),
);

export const PolicyView = named(
  'RemediationPolicy',
  z.object({
    version: Version,
    policy: RemediationPolicy.nullable().describe('null: none is stored, and nothing is allowed'),
  }),
);

export const KillSwitchBody = named(
  'KillSwitchChange',
  z.strictObject({
    on: z.boolean().describe('`true` stops all actions at once'),
    reason: PlainLine.min(1).max(500),
  }),
);

export const KillSwitchView = named(
  'KillSwitch',
  z.object({
    on: z.boolean(),
    reason: z.string().optional(),
    by: z.string().optional(),
    at: ResponseInstant.optional(),
  }),
);

const Earned = z.object({
  action: z.string(),
  stage: AutonomyStage.describe('How far the action may go by itself in this environment'),
  earned: z
    .boolean()
    .describe('It has proved itself; below `automatic`, it acts alone only if the stage allows'),
  succeeded: z.number().int().describe('Proven outcomes within 180 days'),
  failed: z.number().int(),
  successRateAtLeast: z.number().describe('Lower bound of the success rate'),
  missing: z.string().optional().describe('What is missing for it to act alone'),
});

export const Autonomy = named(
  'Autonomy',
  z.object({
    killSwitch: z.boolean(),
    environments: z.array(
      z.object({
        environment: z.string(),
        stage: AutonomyStage.describe('The lower of the policy and of what the deployment allows'),
        policyStage: AutonomyStage,
        deploymentStage: AutonomyStage,
        actions: z.array(Earned),
      }),
    ),
  }),
);
