import * as z from 'zod';
import type { Message } from '../../core/shared/read-messages.ts';

/** The messages of a batch from SQS. The trace of a message is that of its sender, also across the event bus. */
export const QueueEvent = z
  .object({
    Records: z.array(
      z.object({
        messageId: z.string().min(1),
        body: z.string(),
        attributes: z.object({ AWSTraceHeader: z.string().optional() }).optional(),
      }),
    ),
  })
  .transform(({ Records }) =>
    Records.map(
      ({ messageId, body, attributes }): Message => ({
        ...{ id: messageId, body },
        trace: attributes?.AWSTraceHeader,
      }),
    ),
  );
