/** Converts failures of the SDK to errors of core. */
import * as z from 'zod';
import { DependencyUnavailableError, RefusedByStoreError, TooLargeError } from '../../core/shared/errors.ts';

const THROTTLES = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'ThrottlingError',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT']);

const textOf = (error: object, field: 'name' | 'code' | '$fault'): string =>
  String((error as Record<string, unknown>)[field] ?? '');

/** True for throttling, server errors, timeouts and lost connections: a later attempt may succeed. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  (textOf(error, '$fault') === 'server' ||
    THROTTLES.has(error.name) ||
    error.name === 'TimeoutError' ||
    NETWORK.has(textOf(error, 'code')));

/** Contention for an item, a prefix of a bucket, or a quota of one resource. */
const OF_ONE_ITEM = new Set([
  'LimitExceededException',
  'SlowDown',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

const Throttled = z.looseObject({
  ThrottlingReasons: z.array(z.looseObject({ reason: z.string().optional() })).min(1),
});

/** DynamoDB says which limit was reached: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html */
const isHotKey = (error: unknown): boolean => {
  const throttled = Throttled.safeParse(error);
  return (
    throttled.success && throttled.data.ThrottlingReasons.every(({ reason = '' }) => /KeyRange/.test(reason))
  );
};

/** True for a transient failure that is due to what the request is about, not to the state of the service. */
export const concernsOneItem = (error: unknown): boolean =>
  error instanceof Error && (OF_ONE_ITEM.has(error.name) || isHotKey(error));

/**
 * True if a service rejected the request itself: an item above its size limit, a key that is too long, a number out of
 * range. The same request never succeeds.
 */
export const isRefused = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ValidationException';

/**
 * Runs one SDK call; other failures pass through unchanged.
 * @throws DependencyUnavailableError naming `what` when throttled, timed out or down
 * @throws RefusedByStoreError naming `what` if the request can never succeed, TooLargeError if its item is too large
 */
export const withSdkErrors = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    if (isRefused(cause) && /item size/i.test(cause.message))
      throw new TooLargeError(`${what}: the item is larger than a stored item may be`, { cause });
    if (isRefused(cause)) throw new RefusedByStoreError(`${what}: ${reason}`, { cause });
    if (!isTransient(cause)) throw cause;
    throw new DependencyUnavailableError(`${what}: ${reason}`, { cause });
  }
};
