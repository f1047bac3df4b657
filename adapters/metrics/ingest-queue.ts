import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { IngestQueue } from '../../core/metrics/ingestion/ports.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Pointers as JSON messages. Standard queue: order and repetition do not matter to merging. */
export const sqsIngestQueue = (client: SQSClient, queueUrl: string): IngestQueue => ({
  send: async (pointer) => {
    const send = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(pointer) });
    await withSdkErrors('SQS SendMessage', () => client.send(send));
  },
});
