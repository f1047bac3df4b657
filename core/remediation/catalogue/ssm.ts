/** Actions that run documents of Systems Manager, which the owner wrote. */
import * as z from 'zod';
import type { PlanningContext } from '../action.ts';
import { defineAction, NO_COST } from './define-action.ts';
import { RUN, type RunState, startRun } from './runs.ts';

/** Documents put values into shells, which would carry out what follows a quote, a semicolon or a line break. */
const PLAIN_VALUE = /^[\w .,:/@%+=-]*$/;
/** A runbook that takes its role as a parameter could be given any that Systems Manager may assume. */
const ROLE_ARN = /arn:[^:]*:iam:/;

const DocumentValue = z
  .string()
  .max(1000)
  .regex(PLAIN_VALUE, 'expected letters, digits, spaces and ". , : / @ % + = _ -": values reach shells')
  .refine((value) => !ROLE_ARN.test(value), 'expected no ARN of IAM: a document names its role itself');

/** Values for the parameters of a document or runbook. */
const DocumentValues = z
  .record(z.string().regex(/^\w{1,64}$/), z.array(DocumentValue).max(20))
  .default({})
  .describe('Values for the parameters of the document.');
const CommandParameters = z.strictObject({
  instances: z
    .array(z.string().regex(/^i-[0-9a-f]{8,17}$/))
    .min(1)
    .max(20)
    .refine((ids) => new Set(ids).size === ids.length, 'expected each instance once')
    .describe('Instances that it runs on.'),
  values: DocumentValues,
});
type CommandParameters = z.infer<typeof CommandParameters>;

const DOCUMENT = 'arn:aws:ssm:{region}:{account}:document/*';

/** State: the command whose comment is the remediation's id: done when all its invocations succeeded. */
const command = {
  ...RUN,
  resourceKind: 'ssm-document',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: CommandParameters,
  plan: ({ instances }: CommandParameters, state: RunState, context: PlanningContext) =>
    startRun(state, context, `run it on ${instances.toSorted().join(', ')}`, instances.length),
  cost: () => NO_COST('Run Command costs nothing'),
  minutes: { act: 10, settle: 10 },
  permissions: {
    read: [
      { actions: ['ssm:ListCommands', 'ec2:DescribeInstances'], resources: ['*'], tagged: false },
      { actions: ['ssm:ListTagsForResource'], resources: [DOCUMENT], tagged: false },
    ],
    change: [
      {
        actions: ['ssm:SendCommand'],
        resources: [DOCUMENT, 'arn:aws:ec2:{region}:{account}:instance/*'],
        tagged: true,
      },
    ],
  },
} as const;

export const restartProcess = defineAction<CommandParameters, RunState>({
  ...command,
  id: 'restart-process',
  title: 'Restart a process on instances',
  description:
    'Runs your Command document that restarts a process, on the instances of the policy. What the document does is up to you.',
  effect: 'restarts',
});

export const clearTemporaryFiles = defineAction<CommandParameters, RunState>({
  ...command,
  id: 'clear-temporary-files',
  title: 'Delete temporary files on instances',
  description:
    'Runs your Command document that deletes temporary files and old logs, on the instances of the policy. What the document does is up to you.',
  effect: 'frees-space',
});

const RunbookParameters = z.strictObject({ values: DocumentValues });

/** State: the automation execution with the tag `forestall:remediation:<id>`: executions cannot be looked for by a token. */
export const runAutomation = defineAction<z.infer<typeof RunbookParameters>, RunState>({
  ...RUN,
  id: 'run-automation',
  title: 'Run an automation runbook',
  description:
    'Starts a runbook of Systems Manager with the values of the policy, under the role that the runbook names.',
  resourceKind: 'ssm-document',
  effect: 'repairs',
  risk: 'high',
  reversibility: 'permanent',
  parameters: RunbookParameters,
  plan: (_, state, context) => startRun(state, context, 'start the runbook'),
  cost: () => NO_COST('100,000 steps a month are free'),
  minutes: { act: 30, settle: 10 },
  permissions: {
    read: [
      { actions: ['ssm:DescribeAutomationExecutions'], resources: ['*'], tagged: false },
      { actions: ['ssm:ListTagsForResource'], resources: [DOCUMENT], tagged: false },
    ],
    change: [
      {
        actions: ['ssm:StartAutomationExecution'],
        resources: [DOCUMENT],
        tagged: true,
      },
      {
        actions: ['ssm:StartAutomationExecution'],
        resources: [
          'arn:aws:ssm:{region}:{account}:automation-definition/*',
          'arn:aws:ssm:{region}:{account}:automation-execution/*',
        ],
        tagged: false,
      },
      {
        actions: ['ssm:AddTagsToResource'],
        resources: ['arn:aws:ssm:{region}:{account}:automation-execution/*'],
        tagged: false,
        conditions: { 'ForAllValues:StringLike': { 'aws:TagKeys': ['forestall:remediation:*'] } },
      },
      {
        actions: ['iam:PassRole'],
        resources: ['arn:aws:iam::{account}:role/*'],
        tagged: false,
        conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
      },
    ],
  },
});
