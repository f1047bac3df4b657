import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { topicNotifier } from '../../../adapters/remediation/topic-notifier.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const sns = mockClient(SNSClient);
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
const people = topicNotifier({ client: new SNSClient({}), topicArn });

beforeEach(() => sns.reset());

describe('the topic of notices', () => {
  it('publishes the subject and the text', async () => {
    await people.tell({ subject: 'Take over', text: 'Why: it failed.' });
    expect(sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { TopicArn: topicArn, Subject: 'Take over', Message: 'Why: it failed.' },
    ]);
  });

  it('says that it is unavailable if SNS throttles', async () => {
    sns.on(PublishCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(people.tell({ subject: 'a', text: 'b' })).rejects.toBeInstanceOf(DependencyUnavailableError);
  });
});
