import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { runningTrace } from './trace-context.ts';

/** The field by which an SQS message carries the trace of the running work; it does not count as part of its size. */
export const messageTrace = (): Pick<SendMessageCommandInput, 'MessageSystemAttributes'> => {
  const trace = runningTrace();
  if (trace === undefined) return {};
  return {
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace.header } },
  };
};
