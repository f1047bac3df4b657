/** What leads to a remediation. */
import * as z from 'zod';
import { TargetId } from '../shared/identifiers.ts';

const Seconds = z.number().int().nonnegative();
const Probability = z.number().min(0).max(1);

/** A standing warning: a metric of a target is predicted to cross its threshold. */
export const BreachCause = z.strictObject({
  kind: z.literal('predicted-breach'),
  targetId: TargetId,
  metric: z.string(),
  /** The run that raised the warning, epoch seconds: the same for all runs that repeat it. */
  since: Seconds,
  /** Remediations of the same warning before this one; absent for the first. */
  round: z.number().int().positive().exactOptional(),
  /** The newest of them that, one after another, proved nothing; absent if the last one did. */
  unproven: z.number().int().positive().exactOptional(),
});

export type BreachCause = z.infer<typeof BreachCause>;

export const IncidentCause = z.strictObject({
  kind: z.literal('incident'),
  incidentId: z.string(),
  /** How often the incident was reopened: a reopened incident is a new cause. */
  reopened: z.number().int().nonnegative(),
});

/** A deployment that was found unhealthy (`RemediationProposed` of the context changes). */
export const DeploymentCause = z.strictObject({
  kind: z.literal('unhealthy-deployment'),
  changeId: z.string(),
  targetId: TargetId,
});

export const AlertSource = z.enum(['cloudwatch', 'alertmanager', 'webhook']);
export type AlertSource = z.infer<typeof AlertSource>;

/** An alert that the owner mapped to an alert type. What the alert is about comes from the policy, never from its sender. */
export const AlertCause = z.strictObject({
  kind: z.literal('alert'),
  source: AlertSource,
  name: z.string().min(1).max(256),
  /** Time at which Forestall received the beginning of the alert, epoch seconds. */
  receivedAt: Seconds,
});

/** A person asks for one action of one resource. */
export const RequestCause = z.strictObject({
  kind: z.literal('request'),
  requestId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  action: z.string(),
  resource: z.string(),
  reason: z.string().max(500),
  /** Name of the caller, who cannot approve it. */
  requestedBy: z.string(),
});

export const Cause = z.discriminatedUnion('kind', [
  BreachCause,
  IncidentCause,
  DeploymentCause,
  AlertCause,
  RequestCause,
]);
export type Cause = z.infer<typeof Cause>;
export type CauseKind = Cause['kind'];

/** What the cause said when it was judged: the evidence on which a plan rests. */
export const Problem = z.strictObject({
  /** An alert type of `alerts/`, such as `cpu-high`. */
  alertType: z.string(),
  targetIds: z.array(TargetId).min(1).max(50),
  metric: z.string().nullable(),
  threshold: z.strictObject({ direction: z.enum(['above', 'below']), limit: z.number() }).nullable(),
  /** Calibrated probability that the problem exists or will, in [0, 1]. */
  confidence: Probability,
  /** Median time of the predicted harm, epoch seconds; null if it is there already. */
  impactAt: Seconds.nullable(),
  /** Highest value that the metric is likely to reach within the forecast; absent without one. */
  predictedPeak: z.number().exactOptional(),
  /** Sentences for people, most important first. */
  evidence: z.array(z.string()).max(20),
});
export type Problem = z.infer<typeof Problem>;

/** Identifies a cause: events about the same cause have the same key. */
export const causeKey = (cause: Cause): string => {
  switch (cause.kind) {
    case 'predicted-breach':
      return JSON.stringify([
        ...[cause.kind, cause.targetId, cause.metric, cause.since],
        ...(cause.round === undefined ? [] : [cause.round]),
      ]);
    case 'incident':
      return JSON.stringify([cause.kind, cause.incidentId, cause.reopened]);
    case 'unhealthy-deployment':
      return JSON.stringify([cause.kind, cause.changeId]);
    case 'alert':
      return JSON.stringify([cause.kind, cause.source, cause.name, cause.receivedAt]);
    case 'request':
      return JSON.stringify([cause.kind, cause.requestId]);
  }
};
