import { createHash } from 'node:crypto';
import {
  DescribeAutomationExecutionsCommand,
  ListCommandsCommand,
  ListTagsForResourceCommand,
  SendCommandCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { Owner } from '../../../core/remediation/ports.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { describeInstances } from './ec2.ts';
import { type Executor, step } from './executor.ts';
import { partsOf } from './names.ts';
import { commonOwner, ownerOf, tagsOf } from './ownership.ts';
import { parametersOf } from './parameters.ts';
import { type Run, runState, startedBy } from './run-state.ts';

const clientOf = sessionClient((settings) => guarded(new SSMClient(settings)));

const ownerOfDocument = async (name: string, session: ActionSession): Promise<Partial<Owner>> => {
  const list = new ListTagsForResourceCommand({ ResourceType: 'Document', ResourceId: name });
  const { TagList } = await clientOf(session).send(list);
  return ownerOf(tagsOf(TagList));
};

const Values = z.record(z.string(), z.array(z.string()));
const CommandParameters = z.object({ instances: z.array(z.string()), values: Values });

const COMMAND_STATUS: Readonly<Record<string, Run['status']>> = {
  ...{ Pending: 'running', InProgress: 'running', Delayed: 'running', Cancelling: 'running' },
  Success: 'succeeded',
};
/** Newest commands of the document among which that of a remediation is looked for. */
const MAX_COMMANDS = 50;

const commentOf = (remediationId: string): string => `forestall ${remediationId}`.slice(0, 100);

const commandsOf = async (name: string, session: ActionSession): Promise<readonly Run[]> => {
  const list = new ListCommandsCommand({
    ...{ Filters: [{ key: 'DocumentName', value: name }], MaxResults: MAX_COMMANDS },
  });
  const { Commands = [] } = await clientOf(session).send(list);
  return Commands.map(({ Comment: mark = '', Status = '' }) => ({
    mark,
    status: COMMAND_STATUS[Status] ?? 'failed',
  }));
};

/** The comment tells whose command it is: commands have no token of the caller. */
export const command: Executor = {
  read: async (call, session) => {
    const [name] = partsOf(call.resource);
    const { instances } = parametersOf(call, CommandParameters);
    const targets = await describeInstances(instances, session);
    const owner = commonOwner([
      await ownerOfDocument(name, session),
      ...targets.map(({ tags }) => ownerOf(tags)),
    ]);
    const runs = await commandsOf(name, session);
    return { owner, state: runState(call, runs, commentOf(call.remediationId)) };
  },
  steps: (call) => {
    const [DocumentName] = partsOf(call.resource);
    const { instances: InstanceIds, values: Parameters } = parametersOf(call, CommandParameters);
    const input = { DocumentName, InstanceIds, Parameters, Comment: commentOf(call.remediationId) };
    return [
      step('ssm', 'SendCommand', input, (session, sent) =>
        clientOf(session).send(new SendCommandCommand(sent)),
      ),
    ];
  },
  isBegun: startedBy,
};

const RunbookParameters = z.object({ values: Values });

const AUTOMATION_STATUS: Readonly<Record<string, Run['status']>> = {
  ...{ Success: 'succeeded', CompletedWithSuccess: 'succeeded' },
  ...{ Failed: 'failed', Cancelled: 'failed', TimedOut: 'failed', CompletedWithFailure: 'failed' },
  ...{ Rejected: 'failed', Exited: 'failed', ChangeCalendarOverrideRejected: 'failed' },
};

/** Executions can be looked for by the key of a tag, but not by a token. */
const tagOf = (remediationId: string): string => `forestall:remediation:${remediationId}`;

/** A token in the form of a UUID. AWS refuses another execution with it. */
const tokenOf = (remediationId: string): string => {
  const hex = createHash('sha256').update(remediationId).digest('hex');
  const lengths = [8, 4, 4, 4, 12];
  return lengths
    .map((length, i) => {
      const start = lengths.slice(0, i).reduce((sum, each) => sum + each, 0);
      return hex.slice(start, start + length);
    })
    .join('-');
};

const executionsOf = async (
  filter: { readonly Key: 'TagKey' | 'DocumentNamePrefix'; readonly value: string },
  mark: string,
  session: ActionSession,
): Promise<readonly Run[]> => {
  const describe = new DescribeAutomationExecutionsCommand({
    ...{ Filters: [{ Key: filter.Key, Values: [filter.value] }], MaxResults: MAX_COMMANDS },
  });
  const { AutomationExecutionMetadataList = [] } = await clientOf(session).send(describe);
  return AutomationExecutionMetadataList.map(({ AutomationExecutionStatus = '' }) => ({
    mark,
    status: AUTOMATION_STATUS[AutomationExecutionStatus] ?? 'running',
  }));
};

export const automation: Executor = {
  read: async (call, session) => {
    const [name] = partsOf(call.resource);
    const own = tagOf(call.remediationId);
    const runs = [
      ...(await executionsOf({ Key: 'TagKey', value: own }, own, session)),
      ...(await executionsOf({ Key: 'DocumentNamePrefix', value: name }, '', session)),
    ];
    return { owner: await ownerOfDocument(name, session), state: runState(call, runs, own) };
  },
  steps: (call) => {
    const [DocumentName] = partsOf(call.resource);
    const { values: Parameters } = parametersOf(call, RunbookParameters);
    const Tags = [{ Key: tagOf(call.remediationId), Value: call.action.id }];
    const input = { DocumentName, Parameters, ClientToken: tokenOf(call.remediationId), Tags };
    return [
      step('ssm', 'StartAutomationExecution', input, (session, sent) =>
        clientOf(session).send(new StartAutomationExecutionCommand(sent)),
      ),
    ];
  },
  isBegun: startedBy,
};
