import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const sqs = mockClient(SQSClient);
const deadLetters = sqsDeadLetters(new SQSClient({}), 'https://queue/dead');
const sent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
});

describe('parked messages', () => {
  it('go to the dead-letter queue with their reason', async () => {
    await deadLetters.park('not json', 'the message is not JSON');
    expect(sent()).toEqual([
      {
        QueueUrl: 'https://queue/dead',
        MessageBody: 'not json',
        MessageAttributes: { Reason: { DataType: 'String', StringValue: 'the message is not JSON' } },
      },
    ]);
  });

  it('carry only characters that SQS accepts, and a reason of at most 1,000', async () => {
    await deadLetters.park('a\u0000b\tc\n😀', `\u0001${'x'.repeat(2000)}`);
    expect(sent()[0]).toMatchObject({
      MessageBody: 'a?b\tc\n😀',
      MessageAttributes: { Reason: { StringValue: `?${'x'.repeat(999)}` } },
    });
  });

  it('are never empty, which SQS rejects', async () => {
    await deadLetters.park('', '');
    expect(sent()[0]).toMatchObject({
      MessageBody: '(empty)',
      MessageAttributes: { Reason: { StringValue: 'unknown' } },
    });
  });

  it('are reported as not parked if SQS is down', async () => {
    sqs.on(SendMessageCommand).rejects(Object.assign(new Error('x'), { name: 'RequestThrottled' }));
    await expect(deadLetters.park('m', 'r')).rejects.toThrow(DependencyUnavailableError);
  });
});
