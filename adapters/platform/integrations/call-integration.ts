import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { type Breaker, callThrough } from '../../../core/shared/resilience/breaker.ts';

/** A step of a rotation makes up to three calls within the function's minute. */
const MAX_CALL_MS = 10_000;

/** Timeout, overload, or a failure of the other system: a repetition may succeed. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Calls an integration through its circuit breaker. Redirects are not followed: they could lead the credential to another
 * host.
 * @throws DependencyUnavailableError without an answer, if the other system fails, or if it failed repeatedly before
 */
export const callIntegration = (breaker: Breaker, url: string, init: RequestInit): Promise<Response> =>
  callThrough(breaker, async () => {
    const { host } = new URL(url);
    let response: Response;
    try {
      response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(MAX_CALL_MS) });
    } catch (cause) {
      throw new DependencyUnavailableError(`${host} does not answer`, { cause });
    }
    if (isPassing(response.status))
      throw new DependencyUnavailableError(`${host} answers with status ${response.status}`);
    return response;
  });
