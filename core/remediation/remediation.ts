/** One remediation: a cause, at most one plan, and what became of it. */
import * as z from 'zod';
import { StoredActor } from '../platform/actor.ts';
import { Json } from '../shared/canonical-json.ts';
import { TenantId } from '../shared/identifiers.ts';
import { Cause } from './cause.ts';
import { EnvironmentName, PlannedChange, RemediationPlan } from './plan.ts';

const Seconds = z.number().int().nonnegative();

/** Those of `ENDED` are final. `waiting` is judged again later; `undoing` leads to `undone` or `escalated`. */
export const REMEDIATION_STATUSES = [
  'waiting',
  'choosing',
  'awaiting-approval',
  'acting',
  'verifying',
  'undoing',
  'nothing-to-do',
  'suggested',
  'refused',
  'rejected',
  'expired',
  'succeeded',
  'unproven',
  'undone',
  'escalated',
  'failed',
] as const;
export type RemediationStatus = (typeof REMEDIATION_STATUSES)[number];

export const ENDED: ReadonlySet<RemediationStatus> = new Set([
  'nothing-to-do',
  'suggested',
  'refused',
  'rejected',
  'expired',
  'succeeded',
  'unproven',
  'undone',
  'escalated',
  'failed',
]);

/** A rule of the gate that refused, and what would change its mind. */
export const Refusal = z.strictObject({
  rule: z.string(),
  reason: z.string(),
  /** What would have to be different, for people. */
  remedy: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

export const Approval = z.strictObject({
  planHash: z.string().length(64),
  by: StoredActor,
  at: Seconds,
  reason: z.string().max(500),
});
export type Approval = z.infer<typeof Approval>;

/** What people can be asked: whether to carry out the plan, or to undo what was done. */
export const QUESTIONS = ['plan', 'undo'] as const;
export type Question = (typeof QUESTIONS)[number];

/** The question to people, which ends with an answer or at `expiresAt`, which means no. */
export const ApprovalRequest = z.strictObject({
  planHash: z.string().length(64),
  askedAt: Seconds,
  expiresAt: Seconds,
  /** 2 for high risk: two different people. */
  needed: z.union([z.literal(1), z.literal(2)]),
  approvals: z.array(Approval),
  rejection: Approval.nullable(),
  /** Of the waiting state of the workflow. Secret: never shown. */
  taskToken: z.string(),
  /** Of the workflow at this state; a later one is greater. Absent from runs that began before it was recorded. */
  attempt: z.string().exactOptional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

export const VERDICTS = ['avoided', 'unproven', 'no-effect', 'worse'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Comparison of what was observed after the action with what was expected without it. */
export const Verification = z.strictObject({
  verdict: z.enum(VERDICTS),
  /** Probability that the breach would have come without the action, and did not; null if that cannot be known. */
  probabilityAvoided: z.number().min(0).max(1).nullable(),
  /** Fresh points that were compared, and the time of the newest, epoch seconds. */
  points: z.number().int().nonnegative(),
  newestAt: Seconds.nullable(),
  /** Sentences for people, most important first. */
  evidence: z.array(z.string()),
  at: Seconds,
});
export type Verification = z.infer<typeof Verification>;

/** The action as it was carried out. Each field is written before the step that it records. */
export const Execution = z.strictObject({
  /** State of the resource read before the action: stored before anything is changed. */
  before: Json,
  /** Recorded before the first call that changes something; null until then. */
  beganAt: Seconds.nullable(),
  /** When the intended state was seen; null until then. */
  doneAt: Seconds.nullable(),
  undo: z
    .strictObject({ change: PlannedChange, reason: z.string(), beganAt: Seconds, doneAt: Seconds.nullable() })
    .nullable(),
});
export type Execution = z.infer<typeof Execution>;

/** People ask to undo what was done; they approve the plan's hash again. */
export const UndoRequest = z.strictObject({
  /** 2 for high risk: two different people. */
  needed: z.union([z.literal(1), z.literal(2)]),
  approvals: z.array(Approval),
  /** When somebody first asked; asked again after a refusal, it is another question. */
  askedAt: Seconds.exactOptional(),
  /** Who first asked, and why. */
  asked: z.strictObject({ by: StoredActor, reason: z.string().max(500) }).exactOptional(),
});
export type UndoRequest = z.infer<typeof UndoRequest>;

/** A call that the change would make, as the dry run showed it. */
export const ShownCall = z.strictObject({ service: z.string(), operation: z.string(), input: Json });

export const Remediation = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string(),
  cause: Cause,
  status: z.enum(REMEDIATION_STATUSES),
  /** Epoch seconds. */
  startedAt: Seconds,
  endedAt: Seconds.nullable(),
  environment: EnvironmentName.nullable(),
  /** Only a rehearsal: the workflow ends before anything is changed. */
  isDryRun: z.boolean(),
  plan: RemediationPlan.nullable(),
  planHash: z.string().length(64).nullable(),
  /** Hash of the forecasts made before the action, which are recorded like the inputs of decisions; null without any. */
  evidenceHash: z.string().length(64).nullable(),
  /** The calls of the plan. */
  calls: z.array(ShownCall),
  refusals: z.array(Refusal),
  approval: ApprovalRequest.nullable(),
  execution: Execution.nullable(),
  verification: Verification.nullable(),
  /** The newest request to undo. */
  undoRequest: UndoRequest.nullable(),
  /** One sentence: why it is where it is. */
  explanation: z.string(),
  /** Version of the workflow that it began with. */
  workflowVersion: z.string(),
});
export type Remediation = z.infer<typeof Remediation>;
