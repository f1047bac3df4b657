/** What the owner of a tenant allows. Without a policy nothing is allowed; unknown keys are errors. */
import * as z from 'zod';
import { Json } from '../shared/canonical-json.ts';
import { MetricName, TargetId } from '../shared/identifiers.ts';
import { PlainLine } from '../shared/text.ts';
import { EnvironmentName } from './plan.ts';
import { ResourceId } from './resource.ts';

/**
 * How far Forestall may go. `observe`: it records what it would have proposed; `suggest`: it announces proposals;
 * `approve`: it acts on plans that a person approved; `automatic`: it also acts alone if the risk is low and the action
 * has proved itself.
 */
export const AUTONOMY_STAGES = ['observe', 'suggest', 'approve', 'automatic'] as const;
export const AutonomyStage = z.enum(AUTONOMY_STAGES);
export type AutonomyStage = z.infer<typeof AutonomyStage>;

/** The lower of two stages. */
export const lowerStage = (a: AutonomyStage, b: AutonomyStage): AutonomyStage =>
  AUTONOMY_STAGES[Math.min(AUTONOMY_STAGES.indexOf(a), AUTONOMY_STAGES.indexOf(b))]!;

/** No setting can lower it. */
export const MIN_CONFIDENCE = 0.85;

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Times without actions. Weekly ones are in UTC; one that ends before it begins lasts until the next day. */
export const FreezeWindow = z.union([
  z
    .strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), reason: PlainLine.max(200) })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'expected an end after the beginning'),
  z.strictObject({
    weekdays: z.array(z.enum(WEEKDAYS)).min(1),
    from: z.string().regex(TIME, 'expected HH:MM in UTC'),
    to: z.string().regex(TIME, 'expected HH:MM in UTC'),
    reason: PlainLine.max(200),
  }),
]);
export type FreezeWindow = z.infer<typeof FreezeWindow>;

export const EnvironmentPolicy = z.strictObject({
  stage: AutonomyStage,
  /** A plan needs more than this confidence. */
  minConfidence: z.number().min(MIN_CONFIDENCE).lt(1).default(MIN_CONFIDENCE),
  /** Units (instances, tasks) that one remediation may touch. */
  maxUnitsPerRun: z.number().int().min(1).max(100).default(2),
  /** Resources and units that all remediations may touch within `windowMinutes`, also while catching up after an outage. */
  maxResourcesPerWindow: z.number().int().min(1).max(1000).default(3),
  maxUnitsPerWindow: z.number().int().min(1).max(10_000).default(6),
  windowMinutes: z.number().int().min(5).max(1440).default(60),
  maxActionsPerHour: z.number().int().min(1).max(1000).default(6),
  /** Time after an action in which its resource is left alone. */
  cooldownMinutes: z.number().int().min(1).max(10_080).default(60),
  /** Failed remediations of a resource in a row after which it is left to people. */
  maxConsecutiveFailures: z.number().int().min(1).max(10).default(2),
  freezeWindows: z.array(FreezeWindow).max(100).default([]),
  /** Resources that nothing may touch, whatever else the policy says. */
  protectedResources: z.array(ResourceId).max(1000).default([]),
  planMinutes: z.number().int().min(1).max(240).default(30),
  approvalMinutes: z.number().int().min(1).max(1440).default(30),
  /** Most that the changes of one plan may cost. */
  maxUsdPerHour: z.number().min(0).max(10_000).default(1),
});
export type EnvironmentPolicy = z.infer<typeof EnvironmentPolicy>;

/** An action that the owner allows on a resource, with its parameters. */
export const AllowedAction = z.strictObject({
  action: z.string().regex(/^[a-z][a-z0-9-]{2,60}$/),
  /** Validated by the action's schema when the policy is stored and when it is used. */
  parameters: z.record(z.string(), Json).default({}),
  /** `always`: a person approves it even where it could be automatic. */
  approval: z.enum(['by-risk', 'always']).default('by-risk'),
});

export type AllowedAction = z.infer<typeof AllowedAction>;

export const ManagedResource = z.strictObject({
  resource: ResourceId,
  environment: EnvironmentName,
  /** Targets whose metrics tell how the resource does. */
  targets: z.array(TargetId).min(1).max(50),
  /** Targets like them that no action on the resource affects, to compare with. */
  peers: z.array(TargetId).max(50).default([]),
  actions: z.array(AllowedAction).min(1).max(20),
});
export type ManagedResource = z.infer<typeof ManagedResource>;

/** An alert that may lead to remediation: its type is the owner's statement, never its sender's. */
export const AlertMapping = z.strictObject({
  source: z.enum(['cloudwatch', 'alertmanager', 'webhook']),
  name: PlainLine.min(1).max(256),
  alertType: z.string().regex(/^[a-z][a-z0-9-]{2,60}$/),
  resource: ResourceId,
  /** The metric of the resource's targets that shows whether the problem is over. */
  metric: MetricName,
  /** Minutes that the alert must have lasted since Forestall received it. */
  minMinutes: z.number().int().min(0).max(1440).default(5),
});
export type AlertMapping = z.infer<typeof AlertMapping>;

/** A promise about a metric of a target. What remains of its error budget decides how far actions go alone. */
export const ServiceObjective = z.strictObject({
  name: PlainLine.min(1).max(100),
  target: TargetId,
  metric: MetricName,
  /** A measurement beyond it is bad. */
  threshold: z.strictObject({ direction: z.enum(['above', 'below']), limit: z.number() }),
  /** Share of the measurements within the window that have to be good. */
  objective: z.number().min(0.5).max(0.99999),
  windowDays: z.number().int().min(1).max(30).default(28),
});
export type ServiceObjective = z.infer<typeof ServiceObjective>;

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const RemediationPolicy = z
  .strictObject({
    environments: z.record(EnvironmentName, EnvironmentPolicy),
    resources: z.array(ManagedResource).max(500).default([]),
    alerts: z.array(AlertMapping).max(500).default([]),
    objectives: z.array(ServiceObjective).max(20).default([]),
  })
  .refine(({ resources }) => unique(resources.map(({ resource }) => resource)), {
    path: ['resources'],
    message: 'expected each resource once',
  })
  .refine(
    ({ environments, resources }) =>
      resources.every(({ environment }) => Object.hasOwn(environments, environment)),
    { path: ['resources'], message: 'expected environments that the policy has' },
  )
  .refine(({ resources }) => resources.every(({ actions }) => unique(actions.map(({ action }) => action))), {
    path: ['resources'],
    message: 'expected each action of a resource once',
  })
  .refine(({ alerts }) => unique(alerts.map(({ source, name }) => `${source} ${name}`)), {
    path: ['alerts'],
    message: 'expected each alert once',
  })
  .refine(
    ({ alerts, resources }) =>
      alerts.every((alert) => resources.some(({ resource }) => resource === alert.resource)),
    { path: ['alerts'], message: 'expected resources that the policy has' },
  )
  .check(({ value: { objectives, resources }, issues }) => {
    const fault = (index: number, key: 'name' | 'target', message: string) =>
      issues.push({ code: 'custom', path: ['objectives', index, key], message, input: objectives });
    objectives.forEach(({ name, target }, index) => {
      if (objectives.findIndex((each) => each.name === name) < index)
        fault(index, 'name', `found "${name}" again, expected each objective once`);
      if (!resources.some(({ targets }) => targets.includes(target)))
        fault(index, 'target', `found "${target}", expected a target of a resource of the policy`);
    });
  });
export type RemediationPolicy = z.infer<typeof RemediationPolicy>;

/** What the deployment allows at most, whatever the policies of its tenants say; part of the settings of a stage. */
export const RemediationCeiling = z.strictObject({
  maxStage: AutonomyStage,
  /** Actions whose roles are deployed; others cannot run. */
  actions: z.array(z.string()),
  maxUnitsPerRun: z.number().int().min(1),
  maxActionsPerHour: z.number().int().min(1),
});
export type RemediationCeiling = z.infer<typeof RemediationCeiling>;

/** Stops all actions of a tenant at once. */
export const KillSwitch = z.strictObject({
  isOn: z.boolean(),
  reason: PlainLine.max(500),
  by: z.string(),
  at: z.number().int().nonnegative(),
});
export type KillSwitch = z.infer<typeof KillSwitch>;
