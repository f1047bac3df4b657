import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SignalSender } from '../../core/incidents/ports.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Messages to the signals queue in the forms that `core/signals/incoming.ts` reads. */
export const sqsSignalSender = (client: SQSClient, queueUrl: string): SignalSender => {
  const send = async (body: object, DelaySeconds = 0): Promise<void> => {
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(body),
      DelaySeconds,
    });
    await withSdkErrors('SQS SendMessage', () => client.send(command));
  };
  return {
    send: (signal) => send({ signal }),
    requestQuietCheck: (tenantId, delaySeconds) => send({ settle: tenantId }, delaySeconds),
  };
};
