import { HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
import { IDLE_POLLERS } from './workload.ts';

export interface Batching {
  readonly batchSize: number;
  readonly windowSeconds: number;
}

/**
 * Invocations and requests of a queue per month, if messages are evenly distributed. Five pollers share the queue while a
 * maximum concurrency is set, and each gathers a batch of its own: the message that opens its window and those that it
 * receives within the window.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const queueLoad = (messages: number, { batchSize, windowSeconds }: Batching) => {
  const perPoller = messages / (HOURS_PER_MONTH * HOUR_SECONDS) / IDLE_POLLERS;
  const perBatch = Math.min(batchSize, 1 + perPoller * windowSeconds);
  const batches = messages / perBatch;
  // Messages are sent one by one and received one by one, because a long poll ends with the first; deletes are batched.
  return { batches, requests: 2 * messages + batches };
};
