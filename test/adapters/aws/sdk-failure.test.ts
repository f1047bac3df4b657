import { describe, expect, it } from 'vitest';
import { defaultPace, pause } from '../../../adapters/aws/paced-retry.ts';
import { isTransient, withSdkErrors } from '../../../adapters/aws/sdk-failure.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  RefusedByStoreError,
  TooLargeError,
} from '../../../core/shared/errors.ts';

const failure = (fields: object) => Object.assign(new Error('why'), fields);

describe('a failed SDK call', () => {
  it.each([
    [{ name: 'ThrottlingException' }],
    [{ name: 'ProvisionedThroughputExceededException' }],
    [{ name: 'RequestLimitExceeded' }],
    [{ name: 'TooManyRequestsException' }],
    [{ name: 'LimitExceededException' }],
    [{ name: 'RequestThrottled' }],
    [{ name: 'ThrottlingError' }],
    [{ name: 'SlowDown' }],
    [{ name: 'TransactionConflictException' }],
    [{ name: 'TransactionInProgressException' }],
    [{ name: 'TimeoutError' }],
    [{ name: 'InternalServerError', $fault: 'server' }],
    [{ code: 'ECONNREFUSED' }],
    [{ code: 'ECONNRESET' }],
    [{ code: 'ENOTFOUND' }],
    [{ code: 'EAI_AGAIN' }],
    [{ code: 'EPIPE' }],
    [{ code: 'ETIMEDOUT' }],
  ])('may succeed later after %j', async (fields) => {
    const cause = failure(fields);
    expect(isTransient(cause)).toBe(true);
    const failed = withSdkErrors('reading a run', () => Promise.reject(cause));
    await expect(failed).rejects.toThrow(DependencyUnavailableError);
    await expect(failed).rejects.toThrow(`reading a run: ${cause.name}: why`);
    await expect(failed).rejects.toMatchObject({ cause });
  });

  it.each([
    [failure({ name: 'AccessDeniedException', $fault: 'client' })],
    [failure({ code: 'EACCES' })],
    ['text'],
    [undefined],
    [{ name: 'ThrottlingException' }],
  ])('is passed on unchanged if a retry cannot help: %s', async (cause) => {
    expect(isTransient(cause)).toBe(false);
    await expect(withSdkErrors('reading', () => Promise.reject(cause))).rejects.toBe(cause);
  });

  it('is an input error if DynamoDB rejects the request', async () => {
    const cause = failure({ name: 'ValidationException' });
    const failed = withSdkErrors('storing a target', () => Promise.reject(cause));
    await expect(failed).rejects.toThrow(InvalidInputError);
    await expect(failed).rejects.toMatchObject({
      message: 'storing a target: ValidationException: why',
      cause,
    });
  });

  it('does not affect a call that succeeds', async () => {
    expect(await withSdkErrors('reading', async () => 7)).toBe(7);
  });
});

describe('the pause before another attempt', () => {
  const pauseOf = async (attempt: number, random: number) => {
    let slept = Number.NaN;
    const sleep = async (ms: number) => {
      slept = ms;
    };
    await pause({ sleep, random: () => random }, attempt);
    return slept;
  };

  it('is random below a ceiling that doubles up to two seconds', async () => {
    expect(await Promise.all([1, 2, 3, 6, 50].map((attempt) => pauseOf(attempt, 1)))).toEqual([
      100, 200, 400, 2000, 2000,
    ]);
    expect(await pauseOf(3, 0.25)).toBe(100);
    expect(await pauseOf(3, 0)).toBe(0);
  });

  it('lasts that long', async () => {
    const started = performance.now();
    await defaultPace.sleep(20);
    expect(performance.now() - started).toBeGreaterThan(15);
    expect(defaultPace.random()).toBeLessThan(1);
  });
});

describe('a request that can never succeed', () => {
  const refusal = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });

  it.each([
    ['Item size has exceeded the maximum allowed size', TooLargeError],
    ['Item size to update has exceeded the maximum allowed size', TooLargeError],
    ['One or more parameter values were invalid', RefusedByStoreError],
  ])('is the sender’s to change: %s', async (message, kind) => {
    const failed = withSdkErrors('storing a graph', () => Promise.reject(refusal(message)));
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining('storing a graph: '),
      cause: { message },
    });
    await expect(failed).rejects.toSatisfy((error: object) => error.constructor === kind);
  });
});
