import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { IngestQueue } from '../../core/metrics/ingestion/ports.ts';
import { messageTrace } from '../aws/message-trace.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

/** Sends pointers as JSON messages. A standard queue suffices, because merging ignores order and repeats. */
export const sqsIngestQueue = (client: SQSClient, queueUrl: string): IngestQueue => ({
  send: async (pointer) => {
    const MessageBody = JSON.stringify(pointer);
    const send = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, ...messageTrace() });
    await withSdkErrors('SQS SendMessage', () => client.send(send));
  },
});
