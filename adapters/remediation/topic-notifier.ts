import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { PeopleNotifier } from '../../core/remediation/ports.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Tells whoever subscribed to an SNS topic: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const topicNotifier = (options: {
  readonly client: SNSClient;
  readonly topicArn: string;
}): PeopleNotifier => ({
  tell: async ({ subject, text }) => {
    const command = new PublishCommand({ TopicArn: options.topicArn, Subject: subject, Message: text });
    await withSdkErrors('telling people', () => options.client.send(command));
  },
});
