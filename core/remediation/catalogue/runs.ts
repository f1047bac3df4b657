/** Actions that run something once: a redrive, a command, a runbook, a workflow, a webhook. */
import * as z from 'zod';
import type { Change, NotApplicable, PlanningContext } from '../action.ts';
import { Json } from '../canonical-json.ts';
import { defineAction, NO_COST, noUndo } from './define-action.ts';
import { NoParameters } from './restarts.ts';

/** State of what runs: the id of the remediation that started it, and how it stands. */
const RunState = z.strictObject({
  /** Null unless this remediation started it. */
  startedBy: z.string().nullable(),
  status: z.enum(['none', 'running', 'succeeded', 'failed']),
});
type RunState = z.infer<typeof RunState>;

const start = (
  state: RunState,
  { remediationId }: PlanningContext,
  summary: string,
  touches = 1,
): Change<RunState> | NotApplicable =>
  state.status === 'running' && state.startedBy === null
    ? { notApplicable: 'one is running already' }
    : { from: state, to: { startedBy: remediationId, status: 'succeeded' }, summary, touches };

const running = {
  version: 1,
  state: RunState,
  /** Another run that began meanwhile does not change the plan; the executor starts each at most once. */
  basis: () => ({}),
  undo: noUndo('what ran cannot be taken back'),
  isDone: ({ to }: Change<RunState>, present: RunState) =>
    present.startedBy === to.startedBy && present.status === 'succeeded',
  maxConcurrent: 1,
} as const;

const QueueState = z.strictObject({
  /** ApproximateNumberOfMessages of the dead-letter queue; a whole number. */
  messages: z.number().int().min(0),
  startedBy: z.string().nullable(),
  status: RunState.shape.status,
});
type QueueState = z.infer<typeof QueueState>;
const RedriveParameters = z.strictObject({ maxMessages: z.number().int().min(1).max(1_000_000) });

/** State: messages of the dead-letter queue, and its last message move task. */
export const redriveDeadLetters = defineAction<z.infer<typeof RedriveParameters>, QueueState>({
  ...running,
  id: 'redrive-dead-letters',
  title: 'Redrive dead letters',
  description:
    'Returns the messages of a dead-letter queue to the queue that they came from. Use it after their cause was removed.',
  resourceKind: 'sqs-queue',
  effect: 'works-off-backlog',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: RedriveParameters,
  state: QueueState,
  plan: ({ maxMessages }, state, { remediationId }) => {
    if (state.messages === 0) return { notApplicable: 'it has no messages' };
    if (state.messages > maxMessages)
      return { notApplicable: `it has ${state.messages} messages, and at most ${maxMessages} are allowed` };
    if (state.status === 'running' && state.startedBy === null)
      return { notApplicable: 'a redrive is running' };
    const to: QueueState = { messages: 0, startedBy: remediationId, status: 'succeeded' };
    return { from: state, to, summary: `redrive about ${state.messages} messages`, touches: 1 };
  },
  isDone: ({ to }, present) => present.startedBy === to.startedBy && present.status === 'succeeded',
  cost: ({ from }) => NO_COST(`about ${from.messages} requests of SQS`),
  minutes: { act: 15, settle: 10 },
  permissions: {
    read: [
      {
        actions: [
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ListQueueTags',
          'sqs:ListMessageMoveTasks',
        ],
        resources: ['arn:aws:sqs:{region}:{account}:*'],
        tagged: false,
      },
    ],
    change: [
      {
        actions: [
          'sqs:StartMessageMoveTask',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:TagQueue',
        ],
        resources: ['arn:aws:sqs:{region}:{account}:*'],
        tagged: true,
      },
      { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:{region}:{account}:*'], tagged: true },
    ],
  },
});

/** Values for the parameters of a document or runbook. */
const DocumentValues = z
  .record(z.string().regex(/^\w{1,64}$/), z.array(z.string().max(1000)).max(20))
  .default({});
const CommandParameters = z.strictObject({
  /** Instances that the command runs on. */
  instances: z
    .array(z.string().regex(/^m?i-[0-9a-f]{8,17}$/))
    .min(1)
    .max(20),
  values: DocumentValues,
});
type CommandParameters = z.infer<typeof CommandParameters>;

const DOCUMENT = 'arn:aws:ssm:{region}:{account}:document/*';

/** State: the command whose comment is the remediation's id. */
export const runCommand = defineAction<CommandParameters, RunState>({
  ...running,
  id: 'run-command',
  title: 'Run a command on instances',
  description:
    'Runs a document of Systems Manager, such as one that restarts a service or deletes temporary files, on the instances of the policy.',
  resourceKind: 'ssm-document',
  effect: 'frees-space',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: CommandParameters,
  plan: ({ instances }, state, context) =>
    start(state, context, `run it on ${instances.length} instances`, instances.length),
  cost: () => NO_COST('Run Command costs nothing'),
  minutes: { act: 10, settle: 10 },
  permissions: {
    read: [
      {
        actions: ['ssm:ListCommands', 'ssm:ListTagsForResource', 'ssm:DescribeDocument'],
        resources: ['*'],
        tagged: false,
      },
    ],
    change: [
      { actions: ['ssm:SendCommand'], resources: [DOCUMENT], tagged: true },
      {
        actions: ['ssm:SendCommand'],
        resources: ['arn:aws:ec2:{region}:{account}:instance/*'],
        tagged: true,
      },
    ],
  },
});

const RunbookParameters = z.strictObject({ values: DocumentValues });

/** State: the automation execution whose client token is derived from the remediation's id. */
export const runAutomation = defineAction<z.infer<typeof RunbookParameters>, RunState>({
  ...running,
  id: 'run-automation',
  title: 'Run an automation runbook',
  description:
    'Starts a runbook of Systems Manager with the values of the policy, under the role that the runbook names.',
  resourceKind: 'ssm-document',
  effect: 'repairs',
  risk: 'high',
  reversibility: 'permanent',
  parameters: RunbookParameters,
  plan: (_, state, context) => start(state, context, 'start the runbook'),
  cost: () => NO_COST('100,000 steps a month are free'),
  minutes: { act: 30, settle: 10 },
  permissions: {
    read: [
      {
        actions: ['ssm:DescribeAutomationExecutions', 'ssm:ListTagsForResource', 'ssm:DescribeDocument'],
        resources: ['*'],
        tagged: false,
      },
    ],
    change: [
      {
        actions: ['ssm:StartAutomationExecution'],
        resources: ['arn:aws:ssm:{region}:{account}:automation-definition/*'],
        tagged: true,
      },
    ],
  },
});

const InputParameters = z.strictObject({ input: z.record(z.string(), Json).default({}) });

/** State: the execution that is named after the remediation. */
export const startExecution = defineAction<z.infer<typeof InputParameters>, RunState>({
  ...running,
  id: 'start-execution',
  title: 'Start a Step Functions workflow',
  description:
    'Starts an execution of a workflow of yours with the input of the policy, and waits for its end.',
  resourceKind: 'state-machine',
  effect: 'repairs',
  risk: 'high',
  reversibility: 'permanent',
  parameters: InputParameters,
  plan: (_, state, context) => start(state, context, 'start an execution'),
  cost: () => NO_COST('the transitions of the workflow'),
  minutes: { act: 60, settle: 10 },
  permissions: {
    read: [
      {
        actions: ['states:DescribeExecution', 'states:ListTagsForResource'],
        resources: [
          'arn:aws:states:{region}:{account}:stateMachine:*',
          'arn:aws:states:{region}:{account}:execution:*',
        ],
        tagged: false,
      },
    ],
    change: [
      {
        actions: ['states:StartExecution'],
        resources: ['arn:aws:states:{region}:{account}:stateMachine:*'],
        tagged: true,
      },
    ],
  },
});

/** State: kept by Forestall itself, because a receiver cannot be asked. */
export const callWebhook = defineAction<NoParameters, RunState>({
  ...running,
  id: 'call-webhook',
  title: 'Call a signed webhook',
  description:
    'Sends the plan to an integration of the stage, signed, which then acts by its own rules. Its answer counts as the end.',
  resourceKind: 'integration',
  effect: 'notifies',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: NoParameters,
  plan: (_, state, context) => start(state, context, 'send the plan'),
  cost: () => NO_COST('a request'),
  minutes: { act: 5, settle: 10 },
  permissions: {
    read: [],
    change: [
      {
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['arn:aws:secretsmanager:{region}:{account}:secret:{stage}-integration-*'],
        tagged: false,
      },
    ],
  },
});
