/** Everything that recommendations depend on, as JSON: stored with a decision, so that it can be computed again. */
import * as z from 'zod';
import { PROFILES } from '../../metrics/targets/target.ts';
import { Json } from '../../shared/canonical-json.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { Cause, Problem } from '../cause.ts';
import { EnvironmentName } from '../plan.ts';
import { ResourceId } from '../resource.ts';
import { TrackRecord } from '../track-record.ts';

const Seconds = z.number().int().nonnegative();

/** An action that the policy allows on a resource of the affected targets, and the state of the resource. */
export const Candidate = z.strictObject({
  resource: ResourceId,
  action: z.string(),
  /** The owner's parameters of the policy. */
  parameters: Json,
  /** What was read just now, or why it could not be read. */
  reading: z.union([z.strictObject({ state: Json }), z.strictObject({ unreadable: z.string() })]),
});
export type Candidate = z.infer<typeof Candidate>;

export const RecommendationInputs = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string(),
  /** That of all candidates. */
  environment: EnvironmentName,
  cause: Cause,
  problem: Problem,
  /** That of the affected targets. */
  profile: z.enum(PROFILES),
  /** When the remediation was begun, and the present. */
  startedAt: Seconds,
  now: Seconds,
  policyVersion: z.number().int().nonnegative(),
  /** How long a plan stays valid, from the policy. */
  planMinutes: z.number().int().positive(),
  /** Units that one remediation may touch, from the policy and the stage. */
  maxUnits: z.number().int().positive().optional(),
  /** The deployment that caused the problem, from its record. */
  deployment: z.strictObject({ deployed: z.string().nullable(), previous: z.string().nullable() }).nullable(),
  candidates: z.array(Candidate).max(1000),
  track: TrackRecord,
});
export type RecommendationInputs = z.infer<typeof RecommendationInputs>;
