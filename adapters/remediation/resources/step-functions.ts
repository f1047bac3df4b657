import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListTagsForResourceCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { Json } from '../../../core/shared/canonical-json.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, tagsOf } from './ownership.ts';
import { parametersOf } from './parameters.ts';
import { type Run, runState, startedBy } from './run-state.ts';

const clientOf = sessionClient((settings) => guarded(new SFNClient(settings)));

const Input = z.object({ input: z.record(z.string(), Json) });

/** Names of executions have up to 80 characters of this set. */
const nameOf = (remediationId: string): string =>
  `forestall-${remediationId.replaceAll(/[^\w-]/g, '-')}`.slice(0, 80);

const STATUS: Readonly<Record<string, Run['status']>> = {
  ...{ RUNNING: 'running', PENDING_REDRIVE: 'running', SUCCEEDED: 'succeeded' },
};

const runsOf = async (
  executionArn: string,
  mark: string,
  session: ActionSession,
): Promise<readonly Run[]> => {
  try {
    const { status = '' } = await clientOf(session).send(new DescribeExecutionCommand({ executionArn }));
    return [{ mark, status: STATUS[status] ?? 'failed' }];
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return [];
    throw error;
  }
};

/** The name of the execution makes a repeated start do nothing. */
export const execution = ({ region, account }: Place): Executor => {
  const arnOf = (kind: string, name: string): string => `arn:aws:states:${region}:${account}:${kind}:${name}`;
  return {
    read: async (call, session) => {
      const [machine] = partsOf(call.resource);
      const name = nameOf(call.remediationId);
      const list = new ListTagsForResourceCommand({ resourceArn: arnOf('stateMachine', machine) });
      const { tags = [] } = await clientOf(session).send(list);
      const runs = await runsOf(arnOf('execution', `${machine}:${name}`), name, session);
      const owner = ownerOf(tagsOf(tags.map(({ key, value }) => ({ Key: key, Value: value }))));
      return { owner, state: runState(call, runs, name) };
    },
    steps: (call) => {
      const [machine] = partsOf(call.resource);
      const { input } = parametersOf(call, Input);
      const start = {
        stateMachineArn: arnOf('stateMachine', machine),
        name: nameOf(call.remediationId),
        input: JSON.stringify(input),
      };
      return [
        step('states', 'StartExecution', start, async (session, sent) => {
          try {
            await clientOf(session).send(new StartExecutionCommand(sent));
          } catch (error) {
            if (!(error instanceof ExecutionAlreadyExists)) throw error;
          }
        }),
      ];
    },
    isBegun: startedBy,
  };
};
