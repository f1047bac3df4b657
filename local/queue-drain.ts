import { setTimeout as wait } from 'node:timers/promises';
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { formatCount } from '../cli/terminal/format.ts';
import { DependencyUnavailableError } from '../core/shared/errors.ts';

const POLL_MILLISECONDS = 300;
const TELL_MILLISECONDS = 3000;
/** Report a stalled consumer after this time instead of waiting forever: a message whose attempt failed is back within six minutes. */
const STALL_MILLISECONDS = 420_000;

const depthOf = async (sqs: SQSClient, queueUrl: string): Promise<number> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
};

/** The stacks name their queues; others in the emulator belong to somebody else. */
const ownQueues = async (sqs: SQSClient): Promise<readonly string[]> =>
  (await sqs.send(new ListQueuesCommand({ MaxResults: 1000, QueueNamePrefix: 'Forestall-' }))).QueueUrls ??
  [];

/**
 * Waits until every queue of Forestall except the dead-letter queues is empty, and reports the number of waiting messages.
 * @throws DependencyUnavailableError if the number has not fallen for seven minutes
 */
export const waitUntilDrained = async (sqs: SQSClient, say: (detail: string) => void): Promise<void> => {
  const queues = (await ownQueues(sqs)).filter((url) => !/dead-?letter|dlq/i.test(url));
  let least = Number.POSITIVE_INFINITY;
  let fellAt = performance.now();
  let toldAt = performance.now();
  for (let quiet = 0; quiet < 2; ) {
    const depths = await Promise.all(queues.map((url) => depthOf(sqs, url)));
    const depth = depths.reduce((sum, count) => sum + count, 0);
    quiet = depth === 0 ? quiet + 1 : 0;
    if (depth < least) [least, fellAt] = [depth, performance.now()];
    if (performance.now() - fellAt > STALL_MILLISECONDS) {
      throw new DependencyUnavailableError(
        `${formatCount(depth, 'message is', 'messages are')} waiting and none was processed for seven minutes`,
      );
    }
    if (depth > 0 && performance.now() - toldAt > TELL_MILLISECONDS) {
      toldAt = performance.now();
      say(`${formatCount(depth, 'message')} waiting`);
    }
    await wait(POLL_MILLISECONDS);
  }
};
