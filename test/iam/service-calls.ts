import * as z from 'zod';
import type { Call } from './evaluate.ts';
import type { ResolvedResource } from './resolve-template.ts';
import { ACCOUNT, arn, functionIdIn, roleNamed } from './resource-names.ts';
import { workflowCalls } from './workflow-calls.ts';

/** Calls that AWS services make because the templates connect them with other resources. */

type Resources = ReadonlyMap<string, ResolvedResource>;

const Target = z.looseObject({
  Arn: z.string(),
  RoleArn: z.string().optional(),
  DeadLetterConfig: z.looseObject({ Arn: z.string() }).optional(),
});
const FunctionProperties = z.looseObject({
  Role: z.string(),
  LoggingConfig: z.looseObject({ LogGroup: z.string() }),
  TracingConfig: z.looseObject({ Mode: z.string() }).optional(),
});
const OnFailure = z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }).optional() });
const EventSource = z.looseObject({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  DestinationConfig: OnFailure.optional(),
});
const AsyncInvocation = z.looseObject({ FunctionName: z.string(), DestinationConfig: OnFailure.optional() });
const Rule = z.looseObject({ Targets: z.array(Target) });
const Schedule = z.looseObject({ Target: Target.extend({ RoleArn: z.string() }) });
const Subscription = z.looseObject({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string(),
  RedrivePolicy: z.looseObject({ deadLetterTargetArn: z.string() }).optional(),
});
const Route = z.looseObject({ ApiId: z.string(), RouteKey: z.string(), Target: z.string() });
const Integration = z.looseObject({ IntegrationUri: z.string() });
const Alarm = z.looseObject({
  AlarmActions: z.array(z.string()).default([]),
  OKActions: z.array(z.string()).default([]),
  InsufficientDataActions: z.array(z.string()).default([]),
});

/** A service calls a resource, which allows it in its own policy. */
export const byService = (
  service: string,
  action: string,
  resource: string,
  source: ResolvedResource,
): Call => ({
  caller: { service },
  action,
  resource,
  context: {
    'aws:SourceAccount': ACCOUNT,
    ...(source.arn !== undefined && { 'aws:SourceArn': source.arn }),
  },
  because: `${source.type} ${source.id}`,
});

const deliveryOf = (target: string): string => {
  const service = target.split(':')[2];
  if (service === 'sqs') return 'sqs:SendMessage';
  if (service === 'lambda') return 'lambda:InvokeFunction';
  if (service === 'states') return 'states:StartExecution';
  if (service === 'sns') return 'sns:Publish';
  throw new TypeError(`a delivery to ${target} is not known: extend test/iam/service-calls.ts`);
};

export const roleOf = (functionName: string, resources: Resources): string => {
  const properties = resources.get(functionIdIn(functionName.split(':').at(-1) ?? ''))?.properties;
  return roleNamed(FunctionProperties.parse(properties).Role);
};

const byRole = (role: string, action: string, resource: string, { type, id }: ResolvedResource): Call => ({
  caller: { role },
  action,
  resource,
  context: {},
  because: `${type} ${id}`,
});

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const FROM_QUEUE = ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'];
/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
const FROM_STREAM = ['DescribeStream', 'GetRecords', 'GetShardIterator'];

const eventSourceCalls = (source: ResolvedResource, resources: Resources): Call[] => {
  const { FunctionName, EventSourceArn, DestinationConfig } = EventSource.parse(source.properties);
  const role = roleOf(FunctionName, resources);
  const failures = DestinationConfig?.OnFailure?.Destination;
  const reads = EventSourceArn.startsWith('arn:aws:sqs:')
    ? FROM_QUEUE.map((action) => byRole(role, `sqs:${action}`, EventSourceArn, source))
    : [
        ...FROM_STREAM.map((action) => byRole(role, `dynamodb:${action}`, EventSourceArn, source)),
        byRole(role, 'dynamodb:ListStreams', '*', source),
      ];
  return [
    ...reads,
    ...(failures === undefined ? [] : [byRole(role, deliveryOf(failures), failures, source)]),
  ];
};

const functionCalls = (source: ResolvedResource): Call[] => {
  const { Role, LoggingConfig, TracingConfig } = FunctionProperties.parse(source.properties);
  const role = roleNamed(Role);
  const stream = arn('logs', `log-group:${LoggingConfig.LogGroup}:log-stream:2026`);
  const traces = ['PutTelemetryRecords', 'PutTraceSegments'].map((action) => `xray:${action}`);
  return [
    { ...byService('lambda.amazonaws.com', 'sts:AssumeRole', Role, source), context: {} },
    byRole(role, 'logs:CreateLogStream', stream, source),
    byRole(role, 'logs:PutLogEvents', stream, source),
    ...(TracingConfig?.Mode === 'Active' ? traces.map((action) => byRole(role, action, '*', source)) : []),
  ];
};

const scheduleCalls = (source: ResolvedResource): Call[] => {
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  const group = { ...source, arn: arn('scheduler', 'schedule-group/default') };
  const { Target: target } = Schedule.parse(source.properties);
  const queue = target.DeadLetterConfig?.Arn;
  const role = roleNamed(target.RoleArn);
  return [
    byService('scheduler.amazonaws.com', 'sts:AssumeRole', target.RoleArn, group),
    byRole(role, deliveryOf(target.Arn), target.Arn, source),
    ...(queue === undefined ? [] : [byRole(role, 'sqs:SendMessage', queue, source)]),
  ];
};

const ruleCalls = (source: ResolvedResource): Call[] =>
  Rule.parse(source.properties).Targets.flatMap(({ Arn, RoleArn, DeadLetterConfig }) => {
    const send = (to: string) => byService('events.amazonaws.com', deliveryOf(to), to, source);
    if (RoleArn !== undefined) throw new TypeError(`${source.id}: targets with a role are not evaluated yet`);
    return [send(Arn), ...(DeadLetterConfig === undefined ? [] : [send(DeadLetterConfig.Arn)])];
  });

const subscriptionCalls = (source: ResolvedResource): Call[] => {
  const { TopicArn, Protocol, Endpoint, RedrivePolicy } = Subscription.parse(source.properties);
  if (Protocol === 'email') return [];
  const topic = { ...source, arn: TopicArn };
  const to = [Endpoint, ...(RedrivePolicy === undefined ? [] : [RedrivePolicy.deadLetterTargetArn])];
  return to.map((queue) => byService('sns.amazonaws.com', deliveryOf(queue), queue, topic));
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const routeCalls = (source: ResolvedResource, resources: Resources): Call[] => {
  const { ApiId, RouteKey, Target: target } = Route.parse(source.properties);
  const integration = resources.get(target.replace('integrations/', ''))?.properties;
  const [method, path] = RouteKey === '$default' ? ['ANY', '/'] : RouteKey.split(' ');
  const called = { ...source, arn: arn('execute-api', `${ApiId}/$default/${method}${path}`) };
  const { IntegrationUri } = Integration.parse(integration);
  return [byService('apigateway.amazonaws.com', 'lambda:InvokeFunction', IntegrationUri, called)];
};

const alarmCalls = (source: ResolvedResource): Call[] => {
  const { AlarmActions, OKActions, InsufficientDataActions } = Alarm.parse(source.properties);
  const actions = new Set([...AlarmActions, ...OKActions, ...InsufficientDataActions]);
  return [...actions].map((topic) => byService('cloudwatch.amazonaws.com', deliveryOf(topic), topic, source));
};

const asyncCalls = (source: ResolvedResource, resources: Resources): Call[] => {
  const { FunctionName, DestinationConfig } = AsyncInvocation.parse(source.properties);
  const failures = DestinationConfig?.OnFailure?.Destination;
  if (failures === undefined) return [];
  return [byRole(roleOf(FunctionName, resources), deliveryOf(failures), failures, source)];
};

const CALLS_OF: Readonly<Record<string, (source: ResolvedResource, resources: Resources) => Call[]>> = {
  'AWS::ApiGatewayV2::Route': routeCalls,
  'AWS::CloudWatch::Alarm': alarmCalls,
  'AWS::Events::Rule': ruleCalls,
  'AWS::Lambda::EventInvokeConfig': asyncCalls,
  'AWS::Lambda::EventSourceMapping': eventSourceCalls,
  'AWS::Lambda::Function': functionCalls,
  'AWS::SNS::Subscription': subscriptionCalls,
  'AWS::Scheduler::Schedule': scheduleCalls,
  'AWS::StepFunctions::StateMachine': workflowCalls,
};

export const serviceCalls = (resources: Resources): Call[] =>
  [...resources.values()].flatMap((source) => CALLS_OF[source.type]?.(source, resources) ?? []);
