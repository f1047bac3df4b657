/** Reads CloudWatch alarm state changes in the three forms in which AWS delivers them. */

import * as z from 'zod';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { parseInstant } from '../../shared/instant.ts';
import { cutText, MAX_SHOWN_NAME, StorableText } from '../../shared/text.ts';

export const ALARM_STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;

/** The state change of an alarm. */
export interface AlarmFacts {
  readonly alarmName: string;
  readonly state: (typeof ALARM_STATES)[number];
  /** Epoch seconds. */
  readonly at: number;
  /** Dimensions of the first metric that has any; empty for composite alarms and metric math. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Namespace and name of its first metric, such as `AWS/RDS CPUUtilization`; undefined without a metric. */
  readonly watches: string | undefined;
  /** Names of the alarms that triggered a composite alarm. */
  readonly children: readonly string[];
}

const DimensionMap = z.record(StorableText, StorableText);
const Metric = z.object({
  metricStat: z
    .object({
      metric: z.object({
        namespace: StorableText.optional(),
        name: StorableText.optional(),
        dimensions: DimensionMap.default({}),
      }),
    })
    .optional(),
});

/** The `detail` of an EventBridge event and the `alarmData` of a direct invocation have the same shape. */
const AlarmData = z.object({
  alarmName: StorableText.min(1),
  state: z.object({ value: z.enum(ALARM_STATES), timestamp: z.string(), reasonData: z.string().optional() }),
  configuration: z.object({ metrics: z.array(Metric).default([]) }).default({ metrics: [] }),
});

const SnsDimensions = z
  .array(z.object({ name: StorableText, value: StorableText }))
  .default([])
  .transform(
    (list): Record<string, string> => Object.fromEntries(list.map(({ name, value }) => [name, value])),
  );
const SnsMetric = z.object({
  MetricStat: z
    .object({
      Metric: z.object({
        Namespace: StorableText.optional(),
        MetricName: StorableText.optional(),
        Dimensions: SnsDimensions,
      }),
    })
    .optional(),
});

const SnsAlarm = z.object({
  AlarmName: StorableText.min(1),
  NewStateValue: z.enum(ALARM_STATES),
  StateChangeTime: z.string(),
  Trigger: z
    .object({
      Namespace: StorableText.optional(),
      MetricName: StorableText.optional(),
      Dimensions: SnsDimensions.optional(),
      Metrics: z.array(SnsMetric).default([]),
    })
    .optional(),
  TriggeringChildren: z.array(z.object({ Arn: StorableText })).default([]),
});

const ReasonData = z.object({ triggeringAlarms: z.array(z.object({ arn: StorableText })).default([]) });

/** Format: `arn:aws:cloudwatch:<region>:<account>:alarm:<name>`; the name may contain colons. */
const nameInArn = (arn: string): string => arn.split(':').slice(6).join(':') || arn;

const instantOf = (text: string): number => {
  const at = parseInstant(text);
  if (Number.isNaN(at)) {
    throw new InvalidInputError(`alarm: found time "${cutText(text, MAX_SHOWN_NAME)}", expected ISO 8601`, {
      field: 'timestamp',
    });
  }
  return at;
};

/** `reasonData` is JSON in a string. If it is truncated or missing, only the names of the triggering alarms are lost. */
const childrenIn = (reasonData: string | undefined): string[] => {
  try {
    const parsed = ReasonData.safeParse(JSON.parse(reasonData ?? '{}'));
    return parsed.success ? parsed.data.triggeringAlarms.map(({ arn }) => nameInArn(arn)) : [];
  } catch {
    return [];
  }
};

const firstOf = (maps: readonly (Readonly<Record<string, string>> | undefined)[]) =>
  maps.find((map) => map !== undefined && Object.keys(map).length > 0) ?? {};

type NamedMetric = Readonly<Partial<Record<'namespace' | 'name', string | undefined>>> | undefined;

const firstNamed = (metrics: readonly NamedMetric[]): string | undefined =>
  metrics
    .map((metric) => [metric?.namespace, metric?.name].filter((part) => part !== undefined).join(' '))
    .find((text) => text !== '');

/** Reads `detail` (EventBridge) or `alarmData` (direct invocation). @throws InvalidInputError for any other shape */
export const factsOfAlarmData = (input: unknown): AlarmFacts => {
  const parsed = AlarmData.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`alarm: ${describeIssues(parsed.error)}`);
  const { alarmName, state, configuration } = parsed.data;
  return {
    alarmName,
    state: state.value,
    at: instantOf(state.timestamp),
    dimensions: firstOf(configuration.metrics.map(({ metricStat }) => metricStat?.metric.dimensions)),
    watches: firstNamed(configuration.metrics.map(({ metricStat }) => metricStat?.metric)),
    children: childrenIn(state.reasonData),
  };
};

/** Reads the message that an alarm publishes to SNS. @throws InvalidInputError for any other shape */
export const factsOfSnsAlarm = (input: unknown): AlarmFacts => {
  const parsed = SnsAlarm.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`alarm: ${describeIssues(parsed.error)}`);
  const { AlarmName, NewStateValue, StateChangeTime, Trigger, TriggeringChildren } = parsed.data;
  const metrics = Trigger?.Metrics.map(({ MetricStat }) => MetricStat?.Metric) ?? [];
  const named = [Trigger, ...metrics].map((each) => ({ namespace: each?.Namespace, name: each?.MetricName }));
  return {
    alarmName: AlarmName,
    state: NewStateValue,
    at: instantOf(StateChangeTime),
    dimensions: firstOf([Trigger, ...metrics].map((each) => each?.Dimensions)),
    watches: firstNamed(named),
    children: TriggeringChildren.map(({ Arn }) => nameInArn(Arn)),
  };
};
