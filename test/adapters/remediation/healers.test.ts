import { ListMessageMoveTasksCommand, SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsHealers } from '../../../adapters/remediation/healers.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const sqs = mockClient(SQSClient);
const started: [string, unknown][] = [];
const healers = awsHealers({
  dispatch: {
    start: async (name, input) => {
      started.push([name, input]);
      return 'started';
    },
  },
  sqs: new SQSClient({}),
  deadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:dead',
});

const plan = (action: 'start-forecasts' | 'redrive-dead-letters') => ({
  ...{ alarm: 'AlarmsRunFailed', action, resource: 'sqs-queue:dead' },
});

beforeEach(() => {
  sqs.reset();
  started.length = 0;
});

describe('healing of Forestall itself', () => {
  it('starts the forecasts under a name that a repeat cannot use again', async () => {
    await healers.run(plan('start-forecasts'), 'healing-start-forecasts-1790000000', 1_790_000_000);
    expect(started).toEqual([
      ['healing-start-forecasts-1790000000', { scheduledAt: '2026-09-21T14:13:20.000Z' }],
    ]);
    expect(sqs.calls()).toHaveLength(0);
  });

  it('returns dead letters to their queue, once at a time', async () => {
    sqs.on(ListMessageMoveTasksCommand).resolves({ Results: [{ Status: 'COMPLETED' }] });
    sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: 'one' });
    await healers.run(plan('redrive-dead-letters'), 'h', 1);
    expect(sqs.commandCalls(StartMessageMoveTaskCommand).map(({ args }) => args[0].input)).toEqual([
      { SourceArn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
    ]);
    sqs.on(ListMessageMoveTasksCommand).resolves({ Results: [{ Status: 'RUNNING' }] });
    await healers.run(plan('redrive-dead-letters'), 'h', 1);
    expect(sqs.commandCalls(StartMessageMoveTaskCommand)).toHaveLength(1);
  });

  it('can be retried if the queue cannot be reached', async () => {
    sqs
      .on(ListMessageMoveTasksCommand)
      .rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(healers.run(plan('redrive-dead-letters'), 'h', 1)).rejects.toThrow(
      DependencyUnavailableError,
    );
  });
});
