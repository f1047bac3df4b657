import * as z from 'zod';
import type { PriceKey } from '../core/platform/billing/prices.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
import { BILLING_MODELS } from './billing-models.ts';
import type { Batching } from './queue-batches.ts';

const Resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const Template = z.object({ Resources: z.record(z.string(), Resource).default({}) });
export type Resource = z.infer<typeof Resource>;

/** The resources of synthesised templates. */
export const resourcesOf = (templates: readonly unknown[]): readonly Resource[] =>
  templates.flatMap((template) => Object.values(Template.parse(template).Resources));

const FunctionProperties = z.object({
  MemorySize: z.number(),
  Environment: z.object({
    Variables: z.object({
      POWERTOOLS_SERVICE_NAME: z.string(),
      HOT_RETENTION_DAYS: z.coerce.number().optional(),
      TENANT_QUOTAS: z.string().optional(),
    }),
  }),
});
const MappingProperties = z.object({
  BatchSize: z.number(),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  StartingPosition: z.string().optional(),
});
const LifecycleProperties = z.object({
  LifecycleConfiguration: z.object({
    Rules: z.array(z.object({ Prefix: z.string().optional(), ExpirationInDays: z.number().optional() })),
  }),
});
const MachineProperties = z.object({ DefinitionString: z.string() });
const Definition = z.object({ States: z.record(z.string(), z.object({ Type: z.string() })) });
const TableProperties = z.object({
  StreamSpecification: z.unknown().optional(),
  Replicas: z.array(
    z.object({ PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }) }),
  ),
});
const KeyReuse = z.object({ KmsDataKeyReusePeriodSeconds: z.number() });
const AlarmProperties = z.object({ Namespace: z.string().optional(), MetricName: z.string().optional() });
const WebAclProperties = z.object({ Rules: z.array(z.unknown()) });
const LogGroupProperties = z.object({ RetentionInDays: z.number() });

/** Properties of a deployment that determine its cost. */
export interface TemplateFacts {
  /** Number of resources billed by the month. */
  readonly monthly: ReadonlyMap<PriceKey, number>;
  /** Memory by function, in GB. */
  readonly memoryGb: ReadonlyMap<string, number>;
  /** Outcomes that functions count as metrics of CloudWatch, because an alarm watches them. */
  readonly outcomeMetrics: ReadonlySet<string>;
  /** Queues that Lambda polls. */
  readonly queues: number;
  /** The queue of payloads: the smallest batch of any queue. */
  readonly ingestBatching: Batching;
  /** Signals that are grouped together: the largest batch of any queue. */
  readonly signalBatchSize: number;
  /** Retention of objects in days, by prefix. */
  readonly retentionDays: ReadonlyMap<string, number>;
  readonly logRetentionDays: number;
  readonly hotRetentionDays: number;
  /** Points that a tenant may send in a minute. */
  readonly pointsPerMinute: number;
  /** True if the table of blocks can be restored to a point in time. */
  readonly areBlocksRecoverable: boolean;
  /** Uses of the customer key; zero without one. */
  readonly keyUses: {
    /** Pairs of a role and a table or bucket that it uses. */
    readonly stores: number;
    /** Data keys of all queues in an hour. */
    readonly queuesPerHour: number;
  };
  /** Rules of the firewall; undefined without one. */
  readonly firewallRules: number | undefined;
  /** True if functions record traces. */
  readonly isTraced: boolean;
  /** States of the scheduled workflow, which also runs without tenants; without those in which it fails. */
  readonly dispatchStates: number;
}

const ofType = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter((resource) => resource.Type === type);

const countMonthly = (resources: readonly Resource[]): ReadonlyMap<PriceKey, number> => {
  const counts = new Map<PriceKey, number>();
  for (const { Type } of resources) {
    const model = BILLING_MODELS[Type];
    if (model?.bills === 'month') counts.set(model.price, (counts.get(model.price) ?? 0) + 1);
  }
  return counts;
};

const hotRetention = (resources: readonly Resource[]): number =>
  Math.max(
    ...ofType(resources, 'AWS::Lambda::Function').map(
      ({ Properties }) => FunctionProperties.parse(Properties).Environment.Variables.HOT_RETENTION_DAYS ?? 0,
    ),
  );

const pointsQuota = (resources: readonly Resource[]): number => {
  const quotas = ofType(resources, 'AWS::Lambda::Function').flatMap(
    ({ Properties }) => FunctionProperties.parse(Properties).Environment.Variables.TENANT_QUOTAS ?? [],
  );
  return z.object({ pointsPerMinute: z.number() }).parse(JSON.parse(quotas[0] ?? '{}')).pointsPerMinute;
};

const memoryByFunction = (resources: readonly Resource[]): ReadonlyMap<string, number> =>
  new Map(
    ofType(resources, 'AWS::Lambda::Function').map(({ Properties }) => {
      const { MemorySize, Environment } = FunctionProperties.parse(Properties);
      return [Environment.Variables.POWERTOOLS_SERVICE_NAME, MemorySize / 1024];
    }),
  );

const retentionByPrefix = (resources: readonly Resource[]): ReadonlyMap<string, number> =>
  new Map(
    ofType(resources, 'AWS::S3::Bucket')
      .flatMap(({ Properties }) => LifecycleProperties.parse(Properties).LifecycleConfiguration.Rules)
      .flatMap(({ Prefix, ExpirationInDays }) =>
        Prefix === undefined || ExpirationInDays === undefined ? [] : [[Prefix, ExpirationInDays] as const],
      ),
  );

const outcomeMetricsOf = (resources: readonly Resource[]): ReadonlySet<string> =>
  new Set(
    ofType(resources, 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => AlarmProperties.parse(Properties))
      .flatMap(({ Namespace, MetricName }) => (Namespace === 'Forestall' ? (MetricName ?? []) : [])),
  );

/** The table of blocks is the one with a stream. */
const areBlocksRecoverable = (resources: readonly Resource[]): boolean =>
  ofType(resources, 'AWS::DynamoDB::GlobalTable')
    .map(({ Properties }) => TableProperties.parse(Properties))
    .filter(({ StreamSpecification }) => StreamSpecification !== undefined)
    .flatMap(({ Replicas }) => Replicas)
    .some((replica) => replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled);

/** Tables and buckets of the data stack in the policies of roles, once for each policy. */
const storesInPolicies = (resources: readonly Resource[]): number =>
  ofType(resources, 'AWS::IAM::Policy')
    .map(({ Properties }) => JSON.stringify(Properties).match(/\b\w+\b/g) ?? [])
    .map((words) => words.filter((word) => /Store(?:Table|Bucket)\w{8}Arn/.test(word)))
    .reduce((sum, stores) => sum + new Set(stores).size, 0);

const keyUsesOf = (resources: readonly Resource[]): TemplateFacts['keyUses'] => {
  if (ofType(resources, 'AWS::KMS::Key').length === 0) return { stores: 0, queuesPerHour: 0 };
  const reuses = ofType(resources, 'AWS::SQS::Queue').map(
    ({ Properties }) => HOUR_SECONDS / KeyReuse.parse(Properties).KmsDataKeyReusePeriodSeconds,
  );
  return {
    stores: storesInPolicies(resources),
    queuesPerHour: reuses.reduce((sum, reuse) => sum + reuse, 0),
  };
};

const countDispatchStates = (resources: readonly Resource[]): number => {
  const definitions = ofType(resources, 'AWS::StepFunctions::StateMachine')
    .map(({ Properties }) => MachineProperties.parse(Properties).DefinitionString)
    .filter((text) => text.includes('ListTenantsFunctionArn'));
  return definitions
    .map((text) => Object.values(Definition.parse(JSON.parse(text)).States))
    .map((states) => states.filter(({ Type }) => Type !== 'Fail').length)
    .reduce((sum, states) => sum + states, 0);
};

const ingestBatchingOf = (mappings: readonly z.infer<typeof MappingProperties>[]): Batching => {
  const [ingest] = mappings.toSorted((a, b) => a.BatchSize - b.BatchSize);
  return {
    batchSize: ingest?.BatchSize ?? Number.NaN,
    windowSeconds: ingest?.MaximumBatchingWindowInSeconds ?? Number.NaN,
  };
};

/** Reads the facts of a deployment from its templates. */
export const factsOf = (templates: readonly unknown[]): TemplateFacts => {
  const resources = resourcesOf(templates);
  // Reading a table's stream is free; only polls of queues are billed.
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => MappingProperties.parse(Properties))
    .filter(({ StartingPosition }) => StartingPosition === undefined);
  const logGroups = ofType(resources, 'AWS::Logs::LogGroup');
  return {
    monthly: countMonthly(resources),
    memoryGb: memoryByFunction(resources),
    outcomeMetrics: outcomeMetricsOf(resources),
    queues: mappings.length,
    ingestBatching: ingestBatchingOf(mappings),
    signalBatchSize: Math.max(...mappings.map(({ BatchSize }) => BatchSize)),
    retentionDays: retentionByPrefix(resources),
    logRetentionDays: Math.max(
      ...logGroups.map(({ Properties }) => LogGroupProperties.parse(Properties).RetentionInDays),
    ),
    hotRetentionDays: hotRetention(resources),
    pointsPerMinute: pointsQuota(resources),
    firewallRules: ofType(resources, 'AWS::WAFv2::WebACL').map(
      ({ Properties }) => WebAclProperties.parse(Properties).Rules.length,
    )[0],
    isTraced: ofType(resources, 'AWS::Lambda::Function').some(
      ({ Properties }) => Properties.TracingConfig !== undefined,
    ),
    areBlocksRecoverable: areBlocksRecoverable(resources),
    keyUses: keyUsesOf(resources),
    dispatchStates: countDispatchStates(resources),
  };
};
