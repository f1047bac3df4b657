import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../../core/shared/messaging.ts';
import { messageTrace } from './message-trace.ts';
import { withSdkErrors } from './sdk-failure.ts';

const MAX_REASON_LENGTH = 1000;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html lists the allowed characters. */
const NOT_ALLOWED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Parks messages in a dead-letter queue. The attribute `Reason` holds the reason. */
export const sqsDeadLetters = (client: SQSClient, queueUrl: string): DeadLetters => ({
  park: async (message, reason) => {
    const allowed = reason.slice(0, MAX_REASON_LENGTH).replaceAll(NOT_ALLOWED, '?');
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: message.replaceAll(NOT_ALLOWED, '?') || '(empty)',
      ...messageTrace(),
      MessageAttributes: { Reason: { DataType: 'String', StringValue: allowed || 'unknown' } },
    });
    await withSdkErrors('SQS SendMessage', () => client.send(command));
  },
});
