import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ListQueueTagsCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, type Tags } from './ownership.ts';
import { parametersOf } from './parameters.ts';

/** Uses the endpoint instead of queue addresses for an emulator, because these name another host. */
const clientOf = sessionClient((settings) =>
  guarded(new SQSClient({ ...settings, useQueueUrlAsEndpoint: process.env.AWS_ENDPOINT_URL === undefined })),
);

const REDRIVE_TAG = 'forestall:last-redrive';

interface Task {
  readonly startedAt: number;
  readonly status: string;
}

/** The newest tasks first. */
const tasksOf = async (SourceArn: string, session: ActionSession): Promise<readonly Task[]> => {
  const list = new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 });
  const { Results = [] } = await clientOf(session).send(list);
  return Results.map(({ StartedTimestamp: startedAt = 0, Status: status = '' }) => ({ startedAt, status }));
};

/** A task has neither name nor token, so a tag says which remediation starts the first task after which time. */
const tagValue = (remediationId: string, after: number): string => `${remediationId} after ${after}`;

const ownTask = (remediationId: string, tags: Tags, tasks: readonly Task[]): Task | undefined => {
  const [id, after] = (tags[REDRIVE_TAG] ?? '').split(' after ');
  return id === remediationId ? tasks.findLast(({ startedAt }) => startedAt > Number(after)) : undefined;
};

const STATUS: Readonly<Record<string, string>> = {
  RUNNING: 'running',
  CANCELLING: 'running',
  COMPLETED: 'succeeded',
};

const stateOf = (remediationId: string, tags: Tags, tasks: readonly Task[], messages: number): Json => {
  const own = ownTask(remediationId, tags, tasks);
  const lastTaskAt = tasks[0]?.startedAt ?? 0;
  if (own) return { messages, lastTaskAt, startedBy: remediationId, status: STATUS[own.status] ?? 'failed' };
  const isRunning = tasks.some(({ status }) => STATUS[status] === 'running');
  return { messages, lastTaskAt, startedBy: null, status: isRunning ? 'running' : 'none' };
};

const LastTask = z.object({ lastTaskAt: z.number() });
const StartedBy = z.object({ startedBy: z.string().nullable() });
const Rate = z.object({ maxPerSecond: z.number() });

export const redrive = ({ region, account }: Place): Executor => {
  const urlOf = (resource: string): string =>
    `https://sqs.${region}.amazonaws.com/${account}/${partsOf(resource)[0]}`;
  const arnOf = (resource: string): string => `arn:aws:sqs:${region}:${account}:${partsOf(resource)[0]}`;
  return {
    read: async ({ resource, remediationId }, session) => {
      const QueueUrl = urlOf(resource);
      const { Tags = {} } = await clientOf(session).send(new ListQueueTagsCommand({ QueueUrl }));
      const count = new GetQueueAttributesCommand({
        ...{ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] },
      });
      const { Attributes } = await clientOf(session).send(count);
      const messages = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
      const tasks = await tasksOf(arnOf(resource), session);
      return { owner: ownerOf(Tags), state: stateOf(remediationId, Tags, tasks, messages) };
    },
    steps: (call, { from }) => {
      const { resource, remediationId } = call;
      const value = tagValue(remediationId, LastTask.parse(from).lastTaskAt);
      const { maxPerSecond } = parametersOf(call, Rate);
      const task = { SourceArn: arnOf(resource), MaxNumberOfMessagesPerSecond: maxPerSecond };
      const tagging = { QueueUrl: urlOf(resource), Tags: { [REDRIVE_TAG]: value } };
      return [
        step('sqs', 'TagQueue', tagging, (session, sent) =>
          clientOf(session).send(new TagQueueCommand(sent)),
        ),
        step('sqs', 'StartMessageMoveTask', task, (session, sent) =>
          clientOf(session).send(new StartMessageMoveTaskCommand(sent)),
        ),
      ];
    },
    isBegun: ({ remediationId }, _, present) => StartedBy.parse(present).startedBy === remediationId,
  };
};
