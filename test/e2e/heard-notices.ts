import { ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const Notification = z.object({ Subject: z.string().optional(), Message: z.string() });

/** The topic of the people who receive the alarms of the stage. */
const peopleTopic = async (): Promise<string> => {
  const { Topics = [] } = await new SNSClient().send(new ListTopicsCommand({}));
  const found = Topics.find(({ TopicArn = '' }) => /-Data-AlarmsTopic/.test(TopicArn));
  if (found?.TopicArn === undefined) throw new Error('the stage has no topic of alarms');
  return found.TopicArn;
};

/** What people are told from now on, as a mail would show it: subject, then text. The result reads all of it so far. */
export const hearNotices = async (): Promise<() => Promise<readonly string[]>> => {
  const sqs = new SQSClient();
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'heard-notices' }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const Endpoint = Attributes?.QueueArn ?? '';
  const TopicArn = await peopleTopic();
  await new SNSClient().send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  const heard: string[] = [];
  return async () => {
    for (;;) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(receive);
      if (Messages.length === 0) return heard;
      for (const { Body = '' } of Messages) {
        const { Subject = '', Message } = Notification.parse(JSON.parse(Body));
        heard.push(`${Subject}\n${Message}`);
      }
    }
  };
};
