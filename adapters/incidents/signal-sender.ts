import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SignalSender } from '../../core/incidents/ports.ts';
import { messageTrace } from '../aws/message-trace.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Sends messages to the signals queue in the forms that `core/incidents/intake/incoming.ts` reads. */
export const sqsSignalSender = (client: SQSClient, queueUrl: string): SignalSender => {
  const send = async (body: object, DelaySeconds = 0): Promise<void> => {
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(body),
      DelaySeconds,
      ...messageTrace(),
    });
    await withSdkErrors('SQS SendMessage', () => client.send(command));
  };
  return {
    send: (signal) => send({ signal }),
    requestQuietCheck: (tenantId, delaySeconds) => send({ quietCheck: tenantId }, delaySeconds),
  };
};
