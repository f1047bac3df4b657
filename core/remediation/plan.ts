/** The exact plan of one remediation: what people approve, and the only thing that is carried out. */
import * as z from 'zod';
import { Json, jsonHash } from '../shared/canonical-json.ts';
import { TenantId } from '../shared/identifiers.ts';
import { EFFECTS, REVERSIBILITIES, RISKS } from './action.ts';
import { Cause, Problem } from './cause.ts';
import { ResourceId } from './resource.ts';

const Seconds = z.number().int().nonnegative();

export const HORIZONS = ['immediate', 'short', 'long', 'preventive'] as const;
/** When an action helps: within 2 hours, 2 to 8 hours, days, or before the problem comes back. */
export type Horizon = (typeof HORIZONS)[number];

export const EnvironmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'expected 1-31 characters of a-z, 0-9 and "-"');

export const PlannedChange = z.strictObject({
  from: Json,
  to: Json,
  summary: z.string().min(1),
  touches: z.number().int().min(1),
});
export type PlannedChange = z.infer<typeof PlannedChange>;

export const RemediationPlan = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string(),
  environment: EnvironmentName,
  cause: Cause,
  problem: Problem,
  action: z.strictObject({ id: z.string(), version: z.number().int().positive() }),
  effect: z.enum(EFFECTS),
  risk: z.enum(RISKS),
  reversibility: z.enum(REVERSIBILITIES),
  resource: ResourceId,
  /** The owner's parameters of the policy, validated by the action. */
  parameters: Json,
  change: PlannedChange,
  cost: z.strictObject({ usdPerHour: z.number(), usdOnce: z.number(), basis: z.string() }),
  minutes: z.strictObject({ act: z.number(), settle: z.number() }),
  /** Probability that the action ends the problem, from the record of outcomes. */
  expectedSuccess: z.number().min(0).max(1),
  /** Version of the policy under which it was planned. */
  policyVersion: z.number().int().nonnegative(),
  plannedAt: Seconds,
  /** After this time the plan must not be carried out. */
  expiresAt: Seconds,
});
export type RemediationPlan = z.infer<typeof RemediationPlan>;

/** SHA-256 of everything in the plan. An approval is for one hash. */
export const planHash = (plan: RemediationPlan): string => jsonHash(plan);
