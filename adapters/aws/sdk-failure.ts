/** Turns the SDK's failures into the errors that core names. */
import { DependencyUnavailableError } from '../../core/shared/errors.ts';

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

/** True for throttling, server faults, time-outs and lost connections: what a later attempt may not meet. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  (textOf(error, '$fault') === 'server' ||
    THROTTLES.has(error.name) ||
    error.name === 'TimeoutError' ||
    NETWORK.has(textOf(error, 'code')));

/**
 * Runs one SDK call; anything that is not transient passes through unchanged.
 * @throws DependencyUnavailableError naming `what` when throttled, timed out or down
 */
export const withSdkErrors = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (cause) {
    if (!isTransient(cause)) throw cause;
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new DependencyUnavailableError(`${what}: ${reason}`, { cause });
  }
};
