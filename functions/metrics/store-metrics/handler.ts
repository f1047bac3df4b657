import type { Context, SQSBatchResponse } from 'aws-lambda';
import { type StoreDeps, storeBatch } from '../../../core/metrics/ingestion/storing/store-batch.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { QueueEvent } from '../../runtime/queue-event.ts';
import { traced } from '../../runtime/tracing/trace.ts';

/** For a wave of blocks that is slower than those before it, and for the answer. */
const RESERVE_MS = 5_000;

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** Merges queued payloads into hour blocks; messages that failed for reasons of ours are reported for redelivery. */
export const makeHandler =
  (deps: StoreDeps) =>
  async (event: unknown, context: Remaining): Promise<SQSBatchResponse> => {
    const parsed = QueueEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`not an SQS event: ${describeIssues(parsed.error)}`);
    const messages = parsed.data;
    const deadline = deps.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
    const failed = await traced({ origins: messages.map(({ trace }) => trace), ids: {} }, (passOn) =>
      storeBatch(
        deps,
        messages.map((message) => ({ ...message, trace: passOn(message.trace) })),
        deadline,
      ),
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
