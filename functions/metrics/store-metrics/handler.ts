import type { Context, SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { type StoreDeps, storeBatch } from '../../../core/metrics/ingestion/storing/store-batch.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const QueueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
});

/** For a wave of blocks that is slower than those before it, and for the answer. */
const RESERVE_MS = 5_000;

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** Merges queued payloads into hour blocks; messages that failed for reasons of ours are reported for redelivery. */
export const makeHandler =
  (deps: StoreDeps) =>
  async (event: unknown, context: Remaining): Promise<SQSBatchResponse> => {
    const parsed = QueueEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`not an SQS event: ${describeIssues(parsed.error)}`);
    const messages = parsed.data.Records.map(({ messageId, body }) => ({ id: messageId, body }));
    const failed = await storeBatch(
      deps,
      messages,
      deps.now() + context.getRemainingTimeInMillis() - RESERVE_MS,
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
