import * as z from 'zod';
import type { Call } from './evaluate.ts';
import type { ResolvedResource } from './resolve-template.ts';
import { ACCOUNT, roleNamed } from './resource-names.ts';

const Machine = z.looseObject({
  RoleArn: z.string(),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
  TracingConfiguration: z.looseObject({ Enabled: z.boolean() }).optional(),
});

const Task = z.looseObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: z.looseObject({ FunctionName: z.string().optional(), StateMachineArn: z.string().optional() }),
});

/** All Task states, at any depth. */
const tasksIn = (value: unknown): z.infer<typeof Task>[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(tasksIn);
  const isTask = 'Type' in value && value.Type === 'Task';
  return isTask ? [Task.parse(value), ...inside] : inside;
};

const definitionOf = ({ DefinitionString, DefinitionSubstitutions }: z.infer<typeof Machine>): unknown =>
  JSON.parse(
    DefinitionString.replaceAll(/\$\{(\w+)\}/g, (whole, name) => DefinitionSubstitutions[name] ?? whole),
  );

/** https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html */
const targetOf = ({ Resource, Arguments }: z.infer<typeof Task>): Pick<Call, 'action' | 'resource'> => {
  if (
    /^arn:aws:states:::lambda:invoke(?:\.waitForTaskToken)?$/.test(Resource) &&
    Arguments.FunctionName !== undefined
  )
    return { action: 'lambda:InvokeFunction', resource: Arguments.FunctionName };
  if (Resource === 'arn:aws:states:::states:startExecution' && Arguments.StateMachineArn !== undefined)
    return { action: 'states:StartExecution', resource: Arguments.StateMachineArn };
  throw new TypeError(
    `the permissions of a task ${Resource} are not known: extend test/iam/workflow-calls.ts`,
  );
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'DeleteLogDelivery',
  'DescribeLogGroups',
  'DescribeResourcePolicies',
  'GetLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'UpdateLogDelivery',
];

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const TRACING = ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'];

/** Calls that Step Functions makes for a state machine. */
export const workflowCalls = ({ id, arn = '', properties }: ResolvedResource): Call[] => {
  const machine = Machine.parse(properties);
  const caller = { role: roleNamed(machine.RoleArn) };
  const because = `state machine ${id}`;
  const everywhere = [
    ...LOG_DELIVERY.map((action) => `logs:${action}`),
    ...(machine.TracingConfiguration?.Enabled === true ? TRACING.map((action) => `xray:${action}`) : []),
  ];
  return [
    {
      caller: { service: 'states.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: machine.RoleArn,
      context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arn },
      because,
    },
    ...tasksIn(definitionOf(machine)).map((task) => ({ caller, ...targetOf(task), context: {}, because })),
    ...everywhere.map((action) => ({ caller, action, resource: '*', context: {}, because })),
  ];
};
