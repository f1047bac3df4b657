import { setTimeout as wait } from 'node:timers/promises';
import { ApiUnreachableError, toApiError } from './api-error.ts';

/** Address of the API, retries and timeouts. Tests replace `sleep`, `random` and `fetch`. */
export interface HttpOptions {
  readonly url: string;
  readonly apiKey?: string;
  /** Max number of attempts; default 6. */
  readonly attempts?: number;
  /** Per attempt; default 30 s. */
  readonly timeoutMilliseconds?: number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  /** Called before each wait with the error and the waiting time. */
  readonly onRetry?: (reason: string, milliseconds: number) => void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const DEFAULT_ATTEMPTS = 6;
const DEFAULT_TIMEOUT = 30_000;
const FIRST_DELAY = 300;
const MAX_DELAY = 20_000;
/** Waiting for the quota of an hour or a day is up to the user. */
const MAX_RETRY_AFTER = 120_000;
/** 429 and 503 mean "later"; 500, 502 and 504 are temporary gateway errors. All requests here are idempotent. */
const RETRYABLE = new Set([429, 500, 502, 503, 504]);

/** Milliseconds of a `Retry-After` header in seconds. */
export const retryAfterMilliseconds = (header: string | null): number | undefined => {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return seconds >= 0 ? seconds * 1000 : undefined;
};

/** Exponential backoff with full jitter (Brooker 2015), but never earlier than the server requests. */
export const delayBefore = (
  attempt: number,
  retryAfter: number | undefined,
  random: () => number,
): number => {
  const ceiling = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** attempt);
  return Math.round((retryAfter ?? 0) + random() * ceiling);
};

const withoutSlashes = (base: string): string => {
  let end = base.length;
  while (base[end - 1] === '/') end--;
  return base.slice(0, end);
};

const targetOf = (base: string, { path, query }: HttpRequest): URL => {
  const url = new URL(`${withoutSlashes(base)}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
};

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
};

/** Sends requests with the API key and retries temporary errors; throws on the others. */
export class HttpSender {
  private readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  /**
   * Returns the parsed JSON body of a successful response.
   * @throws ApiRequestError for an error response, ApiUnreachableError without a response
   */
  async send(request: HttpRequest): Promise<unknown> {
    const { attempts = DEFAULT_ATTEMPTS, random = Math.random, sleep = wait, onRetry } = this.options;
    const name = `${request.method} ${request.path}`;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(request, name);
      if ('answer' in outcome) return outcome.answer;
      if (!outcome.retry || attempt + 1 >= attempts) throw outcome.error;
      const delay = delayBefore(attempt, outcome.retryAfter, random);
      onRetry?.(outcome.error.message, delay);
      await sleep(delay);
    }
  }

  private async attempt(
    request: HttpRequest,
    name: string,
  ): Promise<{ answer: unknown } | { error: Error; retry: boolean; retryAfter?: number | undefined }> {
    try {
      const response = await this.call(request);
      const body = await response.text();
      if (response.ok) return { answer: body === '' ? undefined : JSON.parse(body) };
      const retryAfter = retryAfterMilliseconds(response.headers.get('retry-after'));
      return {
        error: toApiError(name, response.status, body),
        retry: RETRYABLE.has(response.status) && (retryAfter ?? 0) <= MAX_RETRY_AFTER,
        retryAfter,
      };
    } catch (error) {
      const retry = !(error instanceof SyntaxError);
      const found = retry
        ? `no response from ${this.options.url}: ${explain(error)}`
        : 'the response is not JSON';
      return { error: new ApiUnreachableError(`${name}: ${found}`, { cause: error }), retry };
    }
  }

  private call(request: HttpRequest): Promise<Response> {
    const { url, apiKey, fetch: fetchIt = fetch, timeoutMilliseconds = DEFAULT_TIMEOUT } = this.options;
    return fetchIt(targetOf(url, request), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: request.body }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  }
}
